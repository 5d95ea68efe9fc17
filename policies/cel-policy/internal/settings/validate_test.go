package settings

import (
	"encoding/json"
	"testing"

	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/protocol"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"kubewarden.example/policies/cel-policy/internal/environment"
)

var base = environment.MustNewBase(capabilities.NewHost())

func messageOf(t *testing.T, settings string) string {
	answer, err := Validate(base, []byte(settings))
	require.NoError(t, err)
	var response protocol.SettingsValidationResponse
	require.NoError(t, json.Unmarshal(answer, &response))
	assert.Equal(t, response.Valid, response.Message == nil)
	if response.Valid {
		return ""
	}
	return *response.Message
}

const params = `"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"validations":[{"expression":"true"}]`

func TestSettingsThatAreValid(t *testing.T) {
	for _, settings := range []string{
		`{"validations":[{"expression":"object.spec.replicas <= 5"}]}`,
		`{"validations":[{"expression":"true","message":"m","messageExpression":"'a'","reason":"Forbidden"}]}`,
		`{"validations":[{"expression":"\ntrue\n"}]}`,
		`{"Validations":[{"EXPRESSION":"1 == 1"}]}`,
		`{"variables":[{"name":"a","expression":"1"},{"name":"_b2","expression":"variables.a + 1"}],"validations":[{"expression":"variables._b2 > 1"}]}`,
		`{"variables":[{"name":"a","expression":"object.x"}],"validations":[{"expression":"has(variables.a) && variables.a.b == 1"}]}`,
		`{"validations":[{"expression":"kw.net.lookupHost('a').size() > 0 && quantity('1Ki').isInteger() && sets.contains([1], [1])"}]}`,
		`{"validations":[{"expression":"object.?spec.?replicas.orValue(0) == 0 && ['a'].join(',') == base64.encode(b'a')"}]}`,
		`{"failurePolicy":"Ignore",` + params + `,"paramRef":{"name":"a","parameterNotFoundAction":"Deny"}}`,
		`{"failurePolicy":"Fail",` + params + `,"ParamRef":{"Selector":{"matchLabels":{"a":"b"}},"ParameterNotFoundAction":"Allow"}}`,
		`{` + params + `}`,
	} {
		assert.Empty(t, messageOf(t, settings), settings)
	}
}

func TestSettingsThatAreNot(t *testing.T) {
	for settings, message := range map[string]string{
		`7`:                                    `cannot unmarshal settings: json: cannot unmarshal number`,
		`{"validations":7}`:                    `cannot unmarshal settings: json: cannot unmarshal number`,
		`{}`:                                   "The settings are invalid: 1 error occurred:\n\t* validations: Required value: validations must contain at least one item\n\n",
		`{"validations":[]}`:                   `validations: Required value: validations must contain at least one item`,
		`{"validations":[{"expression":" "}]}`: `validations[0].expression: Required value: expression is not specified`,
		`{"validations":[{"expression":"true","reason":"other"}]}`: `validations[0].reason: Unsupported value: "other"`,
		`{"validations":[{"expression":"'true'"}]}`:                `validations[0].expression: Invalid value: "'true'": must evaluate to bool:`,
		`{"validations":[{"expression":"object.hostNetwork"}]}`:    `validations[0].expression: Invalid value: "object.hostNetwork": must evaluate to bool:`,
		`{"validations":[{"expression":"1 + ''"},{"expression":"nope"}]}`: "The settings are invalid: 2 errors occurred:\n" +
			"\t* validations[0].expression: Invalid value: \"1 + ''\": ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + ''\n | ..^:\n" +
			"\t* validations[1].expression: Invalid value: \"nope\": ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')\n | nope\n | ^:\n\n",
		`{"validations":[{"expression":"true","messageExpression":"0 == 0"}]}`:     `validations[0].messageExpression: Invalid value: "0 == 0": must evaluate to string`,
		`{"validations":[{"expression":"true","messageExpression":" "}]}`:          `validations[0].messageExpression: Invalid value: " ": must be non-empty if specified`,
		`{"validations":[{"expression":"true","messageExpression":"'a' + 1"}]}`:    `found no matching overload for '_+_' applied to '(string, int)'`,
		`{"validations":[{"expression":"true","message":" "}]}`:                    `validations[0].message: Invalid value: " ": message must be non-empty if specified`,
		`{"validations":[{"expression":"true","message":"a\nb"}]}`:                 `validations[0].message: Invalid value: "a` + "\n" + `b": message must not contain line breaks`,
		`{"validations":[{"expression":"true &&\ntrue"}]}`:                         `validations[0].message: Required value: message must be specified if expression contains line breaks`,
		`{"validations":[{"expression":"duration('1') == duration('2s')"}]}`:       `invalid duration argument`,
		`{"validations":[{"expression":"'a'.matches('(')"}]}`:                      `invalid matches argument`,
		`{"validations":[{"expression":"[1, 'a'].size() == 2"}]}`:                  `expected type 'int' but found 'string'`,
		`{"validations":[{"expression":"'abc'.reverse() == 'cba'"}]}`:              `undeclared reference to 'reverse'`,
		`{"variables":[{"expression":"1"}],"validations":[{"expression":"true"}]}`: `variables[0].name: Required value: name is not specified`,
		`{"variables":[{"name":"params","expression":"1"}],"validations":[{"expression":"true"}]}`: `variables[0].name: Invalid value: "params": 'params' name is not allowed. ` +
			`It conflicts with 'params' from the policy paramaters configuration:`,
		`{"variables":[{"name":"4ever","expression":"1"}],"validations":[{"expression":"true"}]}`:                                                                           `variables[0].name: Invalid value: "4ever": name is not a valid CEL identifier`,
		`{"variables":[{"name":"while","expression":"1"}],"validations":[{"expression":"true"}]}`:                                                                           `variables[0].name: Invalid value: "while": name is not a valid CEL identifier`,
		`{"variables":[{"name":"a"}],"validations":[{"expression":"true"}]}`:                                                                                                `variables[0].expression: Required value: expression is not specified`,
		`{"variables":[{"name":"foo","expression":"1"}],"validations":[{"expression":"true"},{"expression":"variables.bar == 2"}]}`:                                         `validations[1].expression: Invalid value: "variables.bar == 2": ERROR: <input>:1:10: undefined field 'bar'`,
		`{"variables":[{"name":"b","expression":"1"},{"name":"a","expression":"variables.foo + 1"},{"name":"foo","expression":"1"}],"validations":[{"expression":"true"}]}`: `variables[1].expression: Invalid value: "variables.foo + 1": ERROR: <input>:1:10: undefined field 'foo'`,
		`{"failurePolicy":"Maybe",` + params + `}`:                                                                                                                          `failed to validate params: failurePolicy must be either 'Ignore' or 'Fail'`,
		`{"paramKind":{"kind":"ConfigMap"},"validations":[{"expression":"true"}]}`:                                                                                          `failed to validate params: paramKind must have both APIVersion and Kind specified`,
		`{"validations":[{"expression":"true"}],"paramRef":{"name":"a","parameterNotFoundAction":"Deny"}}`:                                                                  `failed to validate params: paramKind must be specified with paramRef`,
		`{` + params + `,"paramRef":{"parameterNotFoundAction":"Deny"}}`:                                                                                                    `paramRef must have either Name or Selector specified`,
		`{` + params + `,"paramRef":{"name":"a","selector":{},"parameterNotFoundAction":"Deny"}}`:                                                                           `paramRef cannot have both Name and Selector specified`,
		`{` + params + `,"paramRef":{"name":"a"}}`:                                                                                                                          `parameterNotFoundAction must be 'Deny' or 'Allow' if paramRef is specified`,
		`{` + params + `,"paramRef":{"name":"a","parameterNotFoundAction":"Other"}}`:                                                                                        `parameterNotFoundAction must be 'Deny' or 'Allow' if paramRef is specified`,
		`{` + params + `,"paramRef":{"selector":{"matchExpressions":[{"key":"a","operator":"Is"}]},"parameterNotFoundAction":"Deny"}}`:                                      `matchExpressions[0].operator must be In, NotIn, Exists or DoesNotExist, not "Is"`,
	} {
		assert.Contains(t, messageOf(t, settings), message, settings)
	}
}

func TestSettingsDoNotRememberEarlierOnes(t *testing.T) {
	assert.Empty(t, messageOf(t, `{"variables":[{"name":"foo","expression":"1"}],"validations":[{"expression":"variables.foo == 1"}]}`))
	assert.Contains(t, messageOf(t, `{"validations":[{"expression":"variables.foo == 1"}]}`), "undefined field 'foo'")
}

func TestSelectors(t *testing.T) {
	selector := LabelSelector{
		MatchLabels: map[string]string{"b": "2", "a": "1"},
		MatchExpressions: []LabelRequirement{
			{Key: "c", Operator: "In", Values: []string{"x", "y"}}, {Key: "d", Operator: "NotIn", Values: []string{"z"}},
			{Key: "e", Operator: "Exists"}, {Key: "f", Operator: "DoesNotExist"},
		},
	}
	text, err := selector.String()
	require.NoError(t, err)
	assert.Equal(t, "a=1,b=2,c in (x,y),d notin (z),e,!f", text)
}
