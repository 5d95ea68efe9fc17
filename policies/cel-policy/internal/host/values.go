// Package host has the functions kw.…, with which expressions ask the host of the policy.
//
// A question is a chain of calls, each of which gives back a value that knows all that was said so far:
//
//	kw.k8s.apiVersion("v1").kind("Pod").namespace("default").list()
package host

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
)

// question is a value of one of the types of this package: it can be called and nothing else.
type question[T any] struct {
	of    *types.Type
	state T
}

func (q question[T]) ConvertToNative(wanted reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s cannot be converted to %v", q.of, wanted)
}

func (q question[T]) ConvertToType(wanted ref.Type) ref.Val {
	if wanted == types.TypeType {
		return q.of
	}
	return types.NewErr("type conversion error from '%s' to '%s'", q.of, wanted)
}

func (q question[T]) Equal(ref.Val) ref.Val { return types.MaybeNoSuchOverloadErr(q) }
func (q question[T]) Type() ref.Type        { return q.of }
func (q question[T]) Value() any            { return q.state }

// start is a function kw.… with one argument.
func start[T any](name string, result *types.Type, begin func(string) T) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_string", []*cel.Type{cel.StringType}, result,
		cel.UnaryBinding(func(argument ref.Val) ref.Val {
			text, ok := argument.(types.String)
			if !ok {
				return types.MaybeNoSuchOverloadErr(argument)
			}
			return question[T]{result, begin(string(text))}
		})))
}

// step is a call with arguments that leads from one question to the next.
func step[T, R any](name string, on, result *types.Type, parameters []*cel.Type, next func(T, []ref.Val) (R, error)) cel.EnvOption {
	return member(name, on, result, parameters, func(state T, arguments []ref.Val) ref.Val {
		answer, err := next(state, arguments)
		if err != nil {
			return types.WrapErr(err)
		}
		return question[R]{result, answer}
	})
}

// with is a step with texts as arguments.
func with[T, R any](name string, on, result *types.Type, count int, next func(T, []string) R) cel.EnvOption {
	parameters := make([]*cel.Type, count)
	for index := range parameters {
		parameters[index] = cel.StringType
	}
	return step(name, on, result, parameters, func(state T, arguments []ref.Val) (R, error) {
		texts := make([]string, len(arguments))
		for index, argument := range arguments {
			texts[index] = string(argument.(types.String))
		}
		return next(state, texts), nil
	})
}

// member is a call of any kind.
func member[T any](name string, on, result *types.Type, parameters []*cel.Type, call func(T, []ref.Val) ref.Val) cel.EnvOption {
	id := on.TypeName() + "_" + name
	for _, parameter := range parameters {
		id += "_" + parameter.TypeName()
	}
	return cel.Function(name, cel.MemberOverload(id, append([]*cel.Type{on}, parameters...), result,
		cel.FunctionBinding(func(values ...ref.Val) ref.Val {
			receiver, ok := values[0].(question[T])
			if !ok {
				return types.MaybeNoSuchOverloadErr(values[0])
			}
			for index, parameter := range parameters {
				if values[index+1].Type() != parameter {
					return types.MaybeNoSuchOverloadErr(values[index+1])
				}
			}
			return call(receiver.state, values[1:])
		})))
}

// ask is a call that asks the host. The failure tells what could not be done.
func ask[T any](name string, on, result *types.Type, failure string, question func(T) (any, error)) cel.EnvOption {
	return member(name, on, result, nil, func(state T, _ []ref.Val) ref.Val {
		answer, err := question(state)
		if err != nil {
			return types.NewErr("%s: %s", failure, err)
		}
		if value, ok := answer.(ref.Val); ok {
			return value
		}
		return types.DefaultTypeAdapter.NativeToValue(answer)
	})
}

// fact is a part of an answer.
func fact[T any](name string, on, result *types.Type, of func(T) any) cel.EnvOption {
	return member(name, on, result, nil, func(state T, _ []ref.Val) ref.Val {
		return types.DefaultTypeAdapter.NativeToValue(of(state))
	})
}

// document decodes JSON for expressions: numbers become doubles.
func document(encoded []byte, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	var decoded any
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		return nil, fmt.Errorf("the answer of the host is not JSON: %w", err)
	}
	return types.DefaultTypeAdapter.NativeToValue(decoded), nil
}

// appended is a longer copy: questions share what they have in common.
func appended[T any](list []T, element T) []T {
	return append(list[:len(list):len(list)], element)
}

// Library is all functions kw.…, for a host.
func Library(host capabilities.Host) cel.EnvOption {
	var options []cel.EnvOption
	for _, library := range []func(*capabilities.Host) []cel.EnvOption{
		kubernetesFunctions, ociFunctions, sigstoreFunctions, cryptoFunctions, netFunctions,
	} {
		options = append(options, library(&host)...)
	}
	return func(env *cel.Env) (*cel.Env, error) {
		var err error
		for _, option := range options {
			if env, err = option(env); err != nil {
				return nil, err
			}
		}
		return env, nil
	}
}
