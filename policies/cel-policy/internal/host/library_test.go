package host

import (
	"errors"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder is a host that keeps the last question, and has one answer.
type recorder struct {
	question, answer string
	failure          error
}

func (r *recorder) HostCall(_, namespace, operation string, payload []byte) ([]byte, error) {
	r.question = namespace + "/" + operation + " " + string(payload)
	return []byte(r.answer), r.failure
}

func evaluate(t *testing.T, host *recorder, expression string) (any, error) {
	env, err := cel.NewEnv(Library(capabilities.Host{Client: host}), cel.Variable("dyn", cel.DynType))
	require.NoError(t, err)
	ast, issues := env.Compile(expression)
	require.NoError(t, issues.Err())
	program, err := env.Program(ast)
	require.NoError(t, err)
	value, _, err := program.Eval(map[string]any{"dyn": 7})
	if err != nil {
		return nil, err
	}
	return value.Value(), nil
}

const trusted = `{"is_trusted":true,"digest":"sha256:1"}`

var questions = []struct{ expression, question, answer, failure string }{
	{
		`kw.k8s.apiVersion("v1").kind("Pod").list().items.size() == 2`,
		`kubernetes/list_resources_all {"api_version":"v1","kind":"Pod"}`,
		`{"items":[1,2]}`, "cannot list all Kubernetes resources: nope",
	},
	{
		`kw.k8s.apiVersion("v1").kind("Pod").namespace("default").labelSelector("a=b").fieldSelector("c=d").fieldMask("e").fieldMask("f").list().items.size() == 1`,
		`kubernetes/list_resources_by_namespace {"api_version":"v1","kind":"Pod","namespace":"default","label_selector":"a=b","field_selector":"c=d","field_masks":["e","f"]}`,
		`{"items":[1]}`, "cannot list all Kubernetes resources: nope",
	},
	{
		`kw.k8s.apiVersion("apps/v1").kind("Deployment").namespace("default").get("web").spec.replicas == 3`,
		`kubernetes/get_resource {"api_version":"apps/v1","kind":"Deployment","name":"web","namespace":"default","disable_cache":false}`,
		`{"spec":{"replicas":3}}`, "cannot get Kubernetes resource: nope",
	},
	{
		`kw.k8s.apiVersion("v1").kind("Namespace").get("default").kind == "Namespace"`,
		`kubernetes/get_resource {"api_version":"v1","kind":"Namespace","name":"default","disable_cache":false}`,
		`{"kind":"Namespace"}`, "cannot get Kubernetes resource: nope",
	},
	{
		`kw.oci.image("busybox").manifest().layers[0].size == 7`,
		`oci/v1/oci_manifest "busybox"`, `{"layers":[{"size":7}]}`, "cannot get oci manifest: nope",
	},
	{
		`kw.oci.image("busybox").manifestDigest() == "sha256:1"`,
		`oci/v1/manifest_digest "busybox"`, `{"digest":"sha256:1"}`, "cannot get oci manifest: nope",
	},
	{
		`kw.oci.image("busybox").manifestConfig().config.os == "linux"`,
		`oci/v1/oci_manifest_config "busybox"`, `{"config":{"os":"linux"}}`, "cannot get oci manifest: nope",
	},
	{
		`kw.sigstore.image("i").annotation("a", "b").annotation("c", "d").pubKey("k").pubKey("l").verify().isTrusted()`,
		`oci/v2/verify {"type":"SigstorePubKeyVerify","image":"i","pub_keys":["k","l"],"annotations":{"a":"b","c":"d"}}`,
		trusted, "failed to verify image: nope",
	},
	{
		`kw.sigstore.image("i").keyless("s", "t").keyless("u", "v").verify().digest() == "sha256:1"`,
		`oci/v2/verify {"type":"SigstoreKeylessVerify","image":"i","keyless":[{"issuer":"s","subject":"t"},{"issuer":"u","subject":"v"}],"annotations":null}`,
		trusted, "failed to verify image: nope",
	},
	{
		`kw.sigstore.image("i").keylessPrefix("s", "t").verify().isTrusted()`,
		`oci/v2/verify {"type":"SigstoreKeylessPrefixVerify","image":"i","keyless_prefix":[{"issuer":"s","url_prefix":"t"}],"annotations":null}`,
		trusted, "failed to verify image: nope",
	},
	{
		`kw.sigstore.image("i").githubAction("o").verify().isTrusted()`,
		`oci/v2/verify {"type":"SigstoreGithubActionsVerify","image":"i","owner":"o","annotations":null}`,
		trusted, "failed to verify image: nope",
	},
	{
		`kw.sigstore.image("i").githubAction("o", "r").verify().isTrusted()`,
		`oci/v2/verify {"type":"SigstoreGithubActionsVerify","image":"i","owner":"o","repo":"r","annotations":null}`,
		trusted, "failed to verify image: nope",
	},
	{
		`kw.sigstore.image("i").certificate("a").certificateChain("b").certificateChain("c").requireRekorBundle(true).verify().isTrusted()`,
		`oci/v2/verify {"type":"SigstoreCertificateVerify","image":"i","certificate":[97],"certificate_chain":[[98],[99]],"require_rekor_bundle":true,"annotations":null}`,
		trusted, "failed to verify image: nope",
	},
	{
		`kw.crypto.certificate("a").certificateChain("b").notAfter(timestamp("2030-01-01T01:00:00+01:00")).verify().isTrusted()`,
		`crypto/v1/is_certificate_trusted {"cert":{"encoding":"Pem","data":[97]},"cert_chain":[{"encoding":"Pem","data":[98]}],"not_after":"2030-01-01T00:00:00Z"}`,
		`{"trusted":true,"reason":""}`, "cannot verify the certificate: nope",
	},
	{
		`kw.crypto.certificate("a").verify().reason() == "expired"`,
		`crypto/v1/is_certificate_trusted {"cert":{"encoding":"Pem","data":[97]},"cert_chain":null,"not_after":""}`,
		`{"trusted":false,"reason":"expired"}`, "cannot verify the certificate: nope",
	},
	{
		`kw.net.lookupHost("example.com") == ["192.0.2.1"]`,
		`net/v1/dns_lookup_host "example.com"`, `{"ips":["192.0.2.1"]}`, "cannot lookup host: nope",
	},
}

func TestQuestionsAndAnswers(t *testing.T) {
	for _, asked := range questions {
		t.Run(asked.expression, func(t *testing.T) {
			host := &recorder{answer: asked.answer}
			value, err := evaluate(t, host, asked.expression)
			require.NoError(t, err)
			assert.Equal(t, true, value)
			assert.Equal(t, asked.question, host.question)

			_, err = evaluate(t, &recorder{failure: errors.New("nope")}, asked.expression)
			assert.EqualError(t, err, asked.failure)

			_, err = evaluate(t, &recorder{answer: "<html>"}, asked.expression)
			assert.Error(t, err)
		})
	}
}

func TestQuestionsShareTheirBeginning(t *testing.T) {
	host := &recorder{answer: trusted}
	_, err := evaluate(t, host, `[kw.sigstore.image("i").pubKey("a")].all(q, q.pubKey("b").verify().isTrusted() && q.pubKey("c").verify().isTrusted())`)
	require.NoError(t, err)
	assert.Contains(t, host.question, `"pub_keys":["a","c"]`)
}

func TestArgumentsOfAnotherType(t *testing.T) {
	for _, expression := range []string{
		`kw.k8s.apiVersion(dyn)`, `kw.k8s.apiVersion("v1").kind(dyn)`, `kw.net.lookupHost(dyn)`, `dyn.list()`, `dyn.kind("a")`,
		`kw.sigstore.image("i").certificate("c").requireRekorBundle(dyn)`,
	} {
		_, err := evaluate(t, &recorder{}, expression)
		assert.ErrorContains(t, err, "no such overload", expression)
	}
}
