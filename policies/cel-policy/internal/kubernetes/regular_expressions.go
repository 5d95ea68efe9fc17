package kubernetes

import (
	"regexp"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// regularExpressions are find(pattern), findAll(pattern) and findAll(pattern, limit) of strings.
func regularExpressions() []cel.EnvOption {
	strings := cel.ListType(cel.StringType)
	return []cel.EnvOption{
		cel.Function("find", cel.MemberOverload("string_find_string", []*cel.Type{cel.StringType, cel.StringType}, cel.StringType,
			binary(func(text, pattern types.String) ref.Val {
				compiled, err := regexp.Compile(string(pattern))
				if err != nil {
					return types.NewErr("Illegal regex: %v", err.Error())
				}
				return types.String(compiled.FindString(string(text)))
			}))),
		cel.Function("findAll",
			cel.MemberOverload("string_find_all_string", []*cel.Type{cel.StringType, cel.StringType}, strings,
				binary(func(text, pattern types.String) ref.Val { return findAll(text, pattern, -1) })),
			cel.MemberOverload("string_find_all_string_int", []*cel.Type{cel.StringType, cel.StringType, cel.IntType}, strings,
				cel.FunctionBinding(func(values ...ref.Val) ref.Val {
					text, isText := values[0].(types.String)
					pattern, isPattern := values[1].(types.String)
					limit, isLimit := values[2].(types.Int)
					if !isText || !isPattern || !isLimit {
						return types.MaybeNoSuchOverloadErr(values[2])
					}
					return findAll(text, pattern, int(limit))
				}))),
	}
}

func findAll(text, pattern types.String, limit int) ref.Val {
	compiled, err := regexp.Compile(string(pattern))
	if err != nil {
		return types.NewErr("Illegal regex: %v", err.Error())
	}
	return types.DefaultTypeAdapter.NativeToValue(compiled.FindAllString(string(text), limit))
}
