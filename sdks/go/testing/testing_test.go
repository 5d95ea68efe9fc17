package testing

import (
	"strings"
	"testing"

	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/crypto"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/kubernetes"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/net"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/verify_v1"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/verify_v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInputs(t *testing.T) {
	settings := map[string]int{"limit": 1}

	fromFile, err := BuildValidationRequestFromFixture("testdata/pod.request.json", settings)
	require.NoError(t, err)
	assert.JSONEq(t, `{"request":{"uid":"1","kind":{"group":"","version":"v1","kind":"Pod"},
		"object":{"metadata":{"name":"web"}}},"settings":{"limit":1}}`, string(fromFile))

	ofObject, err := BuildValidationRequest(map[string]string{"a": "b"}, settings)
	require.NoError(t, err)
	assert.Contains(t, string(ofObject), `"object":{"a":"b"}`)

	raw, err := BuildRequest("anything", nil)
	require.NoError(t, err)
	assert.JSONEq(t, `{"request":"anything","settings":null}`, string(raw))

	_, err = BuildValidationRequestFromFixture("testdata/session.yml", settings)
	assert.EqualError(t, err, "cannot decode the request: testdata/session.yml is not JSON")
}

func TestSessionAnswersInItsOrder(t *testing.T) {
	session, err := ReplaySession("testdata/session.yml")
	require.NoError(t, err)
	host := capabilities.Host{Client: session}

	object, err := kubernetes.GetResource(&host, kubernetes.GetResourceRequest{APIVersion: "v1", Kind: "Namespace", Name: "shop"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"metadata":{"name":"shop"}}`, string(object))

	_, err = net.LookupHost(&host, "nowhere.example.com")
	assert.EqualError(t, err, "no such host")

	signed, err := verify_v2.VerifyKeylessGithubActions(&host, "busybox", "octocat", "", nil)
	require.NoError(t, err)
	assert.True(t, signed.IsTrusted)
	signed, err = verify_v1.VerifyPubKeys(&host, "busybox", []string{"key"}, nil)
	require.NoError(t, err)
	assert.False(t, signed.IsTrusted)

	allowed, err := kubernetes.CanI(&host, kubernetes.CanIRequest{SubjectAccessReview: kubernetes.SubjectAccessReview{
		User:               "jane",
		ResourceAttributes: kubernetes.ResourceAttributes{Namespace: "shop", Verb: "create", Resource: "pods"},
	}})
	require.NoError(t, err)
	assert.True(t, allowed.Allowed)

	assert.Equal(t, 1, session.Remaining())
	trusted, err := crypto.VerifyCert(&host, crypto.DER([]byte{48, 130}), nil, "")
	require.NoError(t, err)
	assert.Equal(t, "expired", trusted.Reason)
	assert.Zero(t, session.Remaining())

	again, err := ReplaySession("testdata/session.yml")
	require.NoError(t, err)
	_, err = net.LookupHost(&capabilities.Host{Client: again}, "example.com")
	assert.EqualError(t, err, "the session has KubernetesGetResource map[api_version:v1 kind:Namespace name:shop] next, "+
		`not DNSLookupHost "example.com"`)
	assert.Equal(t, 5, again.Remaining())

	_, err = session.HostCall("kubewarden", "tracing", "log", []byte(`{}`))
	require.NoError(t, err)
	_, err = net.LookupHost(&host, "a")
	assert.EqualError(t, err, `the session has ended, and nothing in it answers DNSLookupHost "a"`)
}

func TestSessionsThatAreNone(t *testing.T) {
	for text, message := range map[string]string{
		"a: b":               "not a session",
		"- type: Other":      "exchange 1: not a request with a response",
		"- {type: Exchange}": "exchange 1: not a request with a response",
		"- {type: Exchange, request: '[', response: {type: Success}}":    "exchange 1: the request is not YAML",
		"- {type: Exchange, request: 'word', response: {type: Success}}": "exchange 1: the request has no fields",
		"- {type: Exchange, request: '!A {', response: {type: Success}}": "exchange 1: the request is not YAML",
		"- {type: Exchange, request: '!A 1', response: {type: Success}}": "exchange 1: the request has no fields",
		"- {type: Exchange, request: '!A [1]', response: {type: Error}}": "exchange 1: the request has no fields",
		"- {type: Exchange, request: '', response: {type: Error}}":       "exchange 1: the request is not YAML",
		strings.Repeat("[", 100): "not a session",
	} {
		_, err := parseSession([]byte(text))
		assert.ErrorContains(t, err, message, text)
	}
}
