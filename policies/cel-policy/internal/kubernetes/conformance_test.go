package kubernetes

import (
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apiserver/pkg/cel/library"
)

// expressions must mean here what they mean in Kubernetes.
var expressions = []string{
	`url("https://user@example.com:8080/a%20b?k=v&k=w&l").getScheme()`,
	`url("https://user@example.com:8080/a%20b?k=v&k=w&l").getHost()`,
	`url("https://user@example.com:8080/a%20b?k=v&k=w&l").getHostname()`,
	`url("https://user@example.com:8080/a%20b?k=v&k=w&l").getPort()`,
	`url("https://user@example.com:8080/a%20b?k=v&k=w&l").getEscapedPath()`,
	`url("https://example.com/?k=v&k=w&l").getQuery() == {"k": ["v", "w"], "l": [""]}`,
	`url("https://[::1]:80/").getHostname()`,
	`url("/a/b").getHost() == ""`,
	`url("https://a") == url("https://a")`,
	`url("https://a") == url("https://b")`,
	`url("no url")`,
	`url("https://a b/")`,
	`isURL("https://example.com")`,
	`isURL("../a")`,
	`url(d)`,
	`isURL(d)`,
	`"abc 123 de 45".find("[0-9]+")`,
	`"abc".find("[0-9]+")`,
	`"abc 123 de 45".findAll("[0-9]+") == ["123", "45"]`,
	`"abc 123 de 45".findAll("[0-9]+", 1) == ["123"]`,
	`"abc 123 de 45".findAll("[0-9]+", -1) == ["123", "45"]`,
	`"abc".findAll("[0-9]+") == []`,
	`s.find(s)`,
	`s.find(d)`,
	`s.findAll("(" + s)`,
	`[1, 2, 2, 3].isSorted()`,
	`[2, 1].isSorted()`,
	`["a", "b"].isSorted()`,
	`[].isSorted()`,
	`[true, false].isSorted()`,
	`[duration("1s"), duration("1h")].isSorted()`,
	`numbers.isSorted()`,
	`mixed.isSorted()`,
	`[1, 2, 3].sum()`,
	`[1.5, 2.5].sum()`,
	`[1u, 2u].sum()`,
	`[duration("1m"), duration("30s")].sum() == duration("90s")`,
	`[].sum() == 0`,
	`numbers.sum()`,
	`[9223372036854775807, 1].sum()`,
	`[3, 1, 2].min()`,
	`[3, 1, 2].max()`,
	`["b", "a"].min()`,
	`["b", "a"].max()`,
	`[].min()`,
	`[].max()`,
	`numbers.min()`,
	`numbers.max()`,
	`mixed.max()`,
	`[timestamp("2020-01-01T00:00:00Z"), timestamp("2021-01-01T00:00:00Z")].max() == timestamp("2021-01-01T00:00:00Z")`,
	`[b"b", b"a"].min() == b"a"`,
	`[1, 2, 1].indexOf(1)`,
	`[1, 2, 1].lastIndexOf(1)`,
	`[1, 2, 1].indexOf(4)`,
	`[1, 2, 1].lastIndexOf(4)`,
	`["a", "b"].indexOf("b")`,
	`numbers.indexOf(2.0)`,
	`d.indexOf(2)`,
	`quantity("1.5Gi").isInteger()`,
	`quantity("1500m").isInteger()`,
	`quantity("50k").asInteger()`,
	`quantity("50.5").asInteger()`,
	`quantity("9999999999999999999999").asInteger()`,
	`quantity("1500m").asApproximateFloat()`,
	`sign(quantity("-1"))`,
	`sign(quantity("0"))`,
	`quantity("0").sign()`,
	`quantity("1k").add(quantity("1Ki")) == quantity("2024")`,
	`quantity("1k").add(20) == quantity("1020")`,
	`sign(quantity("1k").sub(quantity("1Ki")))`,
	`quantity("1k").sub(20) == quantity("980")`,
	`quantity("1Ki").isGreaterThan(quantity("1k"))`,
	`quantity("1Ki").isLessThan(quantity("1k"))`,
	`quantity("1024").compareTo(quantity("1Ki"))`,
	`quantity("1").compareTo(quantity("2"))`,
	`quantity("1024") == quantity("1Ki")`,
	`quantity("many")`,
	`quantity("")`,
	`isQuantity("1Ki")`,
	`isQuantity("1Kib")`,
	`isQuantity("10 Mi")`,
	`quantity(d)`,
	`type(quantity("1")) == kubernetes.Quantity`,
	`d.isInteger()`,
	`[1, "a"].sum()`,
	`["a"].sum()`,
	`"a".sum()`,
	`quantity(1)`,
	`url("https://a").nope()`,
}

var values = map[string]any{
	"d":       7.0,
	"s":       "text",
	"numbers": []any{1.0, 2.0, 2.5},
	"mixed":   []any{1.0, "a"},
}

// answer is a value or an error as text; whether it fails when it is checked or when it is evaluated is part of it.
func answer(t *testing.T, expression string, libraries ...cel.EnvOption) string {
	env, err := cel.NewEnv(append(libraries,
		cel.Variable("d", cel.DynType), cel.Variable("s", cel.StringType),
		cel.Variable("numbers", cel.DynType), cel.Variable("mixed", cel.DynType))...)
	require.NoError(t, err)
	ast, issues := env.Compile(expression)
	if issues.Err() != nil {
		return "refused"
	}
	program, err := env.Program(ast)
	require.NoError(t, err)
	value, _, err := program.Eval(values)
	if err != nil {
		return "error: " + err.Error()
	}
	if text := value.ConvertToType(types.StringType); !types.IsError(text) {
		return ast.OutputType().String() + " " + text.Value().(string)
	}
	return ast.OutputType().String() + " a " + value.Type().TypeName()
}

func TestFunctionsAreThoseOfKubernetes(t *testing.T) {
	for _, expression := range expressions {
		t.Run(expression, func(t *testing.T) {
			expected := answer(t, expression, library.URLs(), library.Regex(), library.Lists(), library.Quantity())
			assert.Equal(t, expected, answer(t, expression, Library()))
		})
	}
}
