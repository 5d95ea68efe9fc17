package kubernetes

import (
	"net/url"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

var urlType = cel.OpaqueType("kubernetes.URL")

type urlValue = opaque[*url.URL]

// urls are url(string), isURL(string), and what is in a URL. Relative ones are none, but paths are.
func urls() []cel.EnvOption {
	options := []cel.EnvOption{
		cel.Function("url", cel.Overload("string_to_url", []*cel.Type{cel.StringType}, urlType,
			unary(func(text types.String) ref.Val {
				parsed, err := url.ParseRequestURI(string(text))
				if err != nil {
					return types.NewErr("URL parse error during conversion from string: %v", err)
				}
				return urlValue{urlType, parsed, func(a, b *url.URL) bool { return a.String() == b.String() }}
			}))),
		cel.Function("isURL", cel.Overload("is_url_string", []*cel.Type{cel.StringType}, cel.BoolType,
			unary(func(text types.String) ref.Val {
				_, err := url.ParseRequestURI(string(text))
				return types.Bool(err == nil)
			}))),
		cel.Function("getQuery", cel.MemberOverload("url_get_query", []*cel.Type{urlType},
			cel.MapType(cel.StringType, cel.ListType(cel.StringType)),
			unary(func(of urlValue) ref.Val {
				return types.DefaultTypeAdapter.NativeToValue(map[string][]string(of.value.Query()))
			}))),
	}
	for name, part := range map[string]func(*url.URL) string{
		"getScheme":      func(of *url.URL) string { return of.Scheme },
		"getHost":        func(of *url.URL) string { return of.Host },
		"getHostname":    (*url.URL).Hostname,
		"getPort":        (*url.URL).Port,
		"getEscapedPath": (*url.URL).EscapedPath,
	} {
		options = append(options, cel.Function(name, cel.MemberOverload("url_"+name, []*cel.Type{urlType}, cel.StringType,
			unary(func(of urlValue) ref.Val { return types.String(part(of.value)) }))))
	}
	return options
}
