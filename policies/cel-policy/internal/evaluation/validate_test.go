package evaluation

import (
	"errors"
	"fmt"
	"testing"

	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"kubewarden.example/policies/cel-policy/internal/environment"
)

// cluster is a host that counts what it is asked.
type cluster struct {
	answers map[string]string
	asked   []string
}

func (c *cluster) HostCall(_, namespace, operation string, payload []byte) ([]byte, error) {
	question := operation + " " + string(payload)
	c.asked = append(c.asked, question)
	answer, known := c.answers[question]
	if !known {
		return nil, errors.New("not found")
	}
	return []byte(answer), nil
}

func validate(t *testing.T, host *cluster, request, settings string) (string, error) {
	base, err := environment.NewBase(capabilities.Host{Client: host})
	require.NoError(t, err)
	answer, err := Validate(base, []byte(fmt.Sprintf(`{"request":%s,"settings":%s}`, request, settings)))
	return string(answer), err
}

const (
	accepted = `{"accepted":true}`
	request  = `{"operation":"CREATE","namespace":"shop","object":{"metadata":{"name":"web","namespace":"shop"},"spec":{"replicas":3}}}`
)

func one(validation string) string { return `{"validations":[` + validation + `]}` }

func TestVerdicts(t *testing.T) {
	for _, test := range []struct{ request, settings, verdict string }{
		{request, one(`{"expression":"object.spec.replicas <= 3"}`), accepted},
		{request, one(`{"expression":"object.spec.replicas < 3"}`), `{"accepted":false,"message":"failed expression: object.spec.replicas \u003c 3","code":400}`},
		{request, one(`{"expression":"  false "}`), `{"accepted":false,"message":"failed expression: false","code":400}`},
		{request, one(`{"expression":"false","message":"no","reason":"Unauthorized"}`), `{"accepted":false,"message":"no","code":401}`},
		{request, one(`{"expression":"false","message":"no","reason":"Forbidden"}`), `{"accepted":false,"message":"no","code":403}`},
		{request, one(`{"expression":"false","message":"no","reason":"Invalid"}`), `{"accepted":false,"message":"no","code":400}`},
		{request, one(`{"expression":"false","message":"no","reason":"RequestEntityTooLarge"}`), `{"accepted":false,"message":"no","code":413}`},
		{request, one(`{"expression":"false","message":"no","messageExpression":"object.metadata.name + '!'"}`), `{"accepted":false,"message":"web!","code":400}`},
		{request, one(`{"expression":"true"},{"expression":"false","message":"second"},{"expression":"false","message":"third"}`), `{"accepted":false,"message":"second","code":400}`},
		{request, one(`{"expression":"request.operation == 'CREATE' && request.namespace == 'shop'"}`), accepted},
		{request, one(`{"expression":"oldObject == {} && !has(oldObject.spec)"}`), accepted},
		{request, one(`{"expression":"double(object.spec.replicas) + 1.0 == 4.0"}`), accepted},
		{`{"oldObject":{"a":1}}`, one(`{"expression":"object == null && oldObject.a == 1"}`), accepted},
		{`{"object":{"metadata":{}}}`, one(`{"expression":"namespaceObject == null"}`), accepted},
		{request, `{"variables":[{"name":"a","expression":"object.spec"},{"name":"b","expression":"variables.a.replicas"}],"validations":[{"expression":"variables.b == 3"}]}`, accepted},
		{`{"object":{"n":"5"}}`, one(`{"expression":"int(object.n) <= 5 && sets.contains(['a'], ['a']) && [1, 2].sum() == 3"}`), accepted},
		{`null`, one(`{"expression":"true"}`), `{"accepted":false,"message":"Error deserializing request: there is none","code":400}`},
		{`7`, one(`{"expression":"true"}`), `{"accepted":false,"message":"Error deserializing request: json: cannot unmarshal number into Go value of type map[string]interface {}","code":400}`},
		{request, `7`, `{"accepted":false,"message":"Error deserializing validation request: json: cannot unmarshal number into Go struct field .settings of type settings.Settings","code":400}`},
	} {
		answer, err := validate(t, &cluster{}, test.request, test.settings)
		require.NoError(t, err, test.settings)
		assert.Equal(t, test.verdict, answer, test.settings)
	}
}

func TestExpressionsThatFail(t *testing.T) {
	for settings, message := range map[string]string{
		one(`{"expression":"object.nope == 1"}`):                                                                    "failed to evaluate expression: no such key: nope",
		one(`{"expression":"object.spec.replicas + 1 == 4"}`):                                                       "failed to evaluate expression: no such overload",
		one(`{"expression":"false","messageExpression":"object.nope"}`):                                             "failed to evaluate message expression: no such key: nope",
		one(`{"expression":"false","messageExpression":"object.spec.replicas"}`):                                    "failed to evaluate message expression: message expression must evaluate to string",
		one(`{"expression":"object.spec"}`):                                                                         "failed to evaluate expression: must evaluate to bool",
		one(`{"expression":"nope"}`):                                                                                "undeclared reference to 'nope'",
		one(`{"expression":"params.a == 1"}`):                                                                       "failed to evaluate expression: no such attribute(s): params",
		one(`{"expression":"namespaceObject == null"}`):                                                             "cannot get namespace data: cannot get Kubernetes resource: not found. `namespaceObject` cannot be populated.",
		`{"variables":[{"name":"a","expression":"nope"}]}`:                                                          "failed to compile variable a: ERROR: <input>:1:1: undeclared reference to 'nope'",
		`{"failurePolicy":"Ignore","validations":[{"expression":"object.nope"}]}`:                                   "failed to evaluate expression: no such key: nope",
		`{"variables":[{"name":"a","expression":"object.nope"}],"validations":[{"expression":"variables.a == 1"}]}`: "no such key: nope",
	} {
		_, err := validate(t, &cluster{}, request, settings)
		assert.ErrorContains(t, err, message, settings)
	}
}

const namespaceQuestion = `get_resource {"api_version":"v1","kind":"Namespace","name":"shop","disable_cache":false}`

func TestTheHostIsAskedOnce(t *testing.T) {
	host := &cluster{answers: map[string]string{
		namespaceQuestion:                  `{"metadata":{"labels":{"team":"a"}}}`,
		`v1/dns_lookup_host "example.com"`: `{"ips":["192.0.2.1"]}`,
	}}
	answer, err := validate(t, host, request, `{"variables":[{"name":"ips","expression":"kw.net.lookupHost('example.com')"},{"name":"unused","expression":"kw.net.lookupHost('unused')"}],
		"validations":[{"expression":"namespaceObject.metadata.labels.team == 'a' && variables.ips.size() == 1"},
		{"expression":"variables.ips[0] == '192.0.2.1' && has(namespaceObject.metadata)"}]}`)
	require.NoError(t, err)
	assert.Equal(t, accepted, answer)
	assert.Equal(t, []string{namespaceQuestion, `v1/dns_lookup_host "example.com"`}, host.asked)
}

func TestADeletionIsInTheNamespaceOfItsRequest(t *testing.T) {
	host := &cluster{answers: map[string]string{namespaceQuestion: `{"metadata":{"name":"shop"}}`}}
	answer, err := validate(t, host, `{"operation":"DELETE","namespace":"shop","oldObject":{}}`, one(`{"expression":"namespaceObject.metadata.name == 'shop'"}`))
	require.NoError(t, err)
	assert.Equal(t, accepted, answer)
}

const (
	byName   = `get_resource {"api_version":"v1","kind":"ConfigMap","name":"limits","namespace":"shop","disable_cache":false}`
	byLabels = `list_resources_by_namespace {"api_version":"v1","kind":"ConfigMap","namespace":"shop","label_selector":"app=a"}`
	missing  = `{"accepted":false,"message":"failed to get params for performing policy evaluation: %s","code":400}`
)

func withParams(reference, action, policy string) string {
	return fmt.Sprintf(`{"failurePolicy":%q,"paramKind":{"APIVersion":"v1","Kind":"ConfigMap"},
		"paramRef":{%s,"ParameterNotFoundAction":%q},
		"validations":[{"expression":"object.spec.replicas <= int(params.data.max)","messageExpression":"'at most ' + params.data.max"}]}`,
		policy, reference, action)
}

func TestParams(t *testing.T) {
	const name, labels = `"Name":"limits"`, `"Selector":{"matchLabels":{"app":"a"}}`
	list := func(maxima string) map[string]string {
		return map[string]string{byLabels: `{"items":[` + maxima + `]}`}
	}
	for _, action := range []string{"Allow", "Deny"} {
		for _, policy := range []string{"Fail", "Ignore"} {
			forgiven := func(text string) string {
				if action == "Allow" || policy == "Ignore" {
					return accepted
				}
				return fmt.Sprintf(missing, text)
			}
			for _, test := range []struct {
				reference string
				answers   map[string]string
				verdict   string
			}{
				{name, map[string]string{byName: `{"data":{"max":"3"}}`}, accepted},
				{name, map[string]string{byName: `{"data":{"max":"2"}}`}, `{"accepted":false,"message":"at most 2","code":400}`},
				{name, nil, forgiven("cannot get Kubernetes resource: not found")},
				{labels, list(`{"data":{"max":"3"}},{"data":{"max":"4"}}`), accepted},
				{labels, list(`{"data":{"max":"3"}},{"data":{"max":"1"}}`), `{"accepted":false,"message":"at most 1","code":400}`},
				{labels, list(``), forgiven("no parameters found")},
				{labels, nil, forgiven("cannot list Kubernetes resources: not found")},
			} {
				answer, err := validate(t, &cluster{answers: test.answers}, request, withParams(test.reference, action, policy))
				require.NoError(t, err)
				assert.Equal(t, test.verdict, answer, "%s %s %s", test.reference, action, policy)
			}
		}
	}
}

func TestNamespaceOfParams(t *testing.T) {
	clusterWide := `{"object":{"spec":{"replicas":1}}}`
	for _, test := range []struct{ request, reference, question string }{
		{request, `"name":"a","namespace":"other"`, `get_resource {"api_version":"v1","kind":"ConfigMap","name":"a","namespace":"other","disable_cache":false}`},
		{clusterWide, `"name":"a"`, `get_resource {"api_version":"v1","kind":"ConfigMap","name":"a","namespace":"","disable_cache":false}`},
		{clusterWide, `"selector":{}`, `list_resources_all {"api_version":"v1","kind":"ConfigMap","label_selector":""}`},
	} {
		host := &cluster{}
		_, err := validate(t, host, test.request, withParams(test.reference, "Deny", "Fail"))
		require.NoError(t, err)
		assert.Equal(t, []string{test.question}, host.asked)
	}
}

func TestParamsWithoutKind(t *testing.T) {
	answer, err := validate(t, &cluster{}, request, `{"paramRef":{"name":"a","parameterNotFoundAction":"Deny"},"validations":[{"expression":"true"}]}`)
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintf(missing, "paramRef is specified without paramKind"), answer)
}
