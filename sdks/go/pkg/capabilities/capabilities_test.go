package capabilities_test

import (
	"errors"
	"testing"

	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/crypto"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/kubernetes"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/mocks"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/net"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/manifest"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/manifest_config"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/manifest_digest"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/verify_v1"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/verify_v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
)

func pointer[T any](value T) *T { return &value }

const trusted = `{"is_trusted":true,"digest":"sha256:1"}`

// call is a call of a capability, with the exact request that the host must see.
type call struct {
	name      string
	namespace string
	operation string
	request   string
	response  string
	ask       func(*capabilities.Host) (any, error)
	expected  any
}

func verification(name, operation, request string, ask func(*capabilities.Host) (oci.VerificationResponse, error)) call {
	return call{
		name: name, namespace: "oci", operation: operation, request: request, response: trusted,
		ask:      func(host *capabilities.Host) (any, error) { return ask(host) },
		expected: oci.VerificationResponse{IsTrusted: true, Digest: "sha256:1"},
	}
}

var signer = oci.KeylessInfo{Issuer: "https://github.com/login/oauth", Subject: "mail@example.com"}

var calls = []call{
	{
		"list by namespace", "kubernetes", "list_resources_by_namespace",
		`{"api_version":"v1","kind":"Pod","namespace":"default","label_selector":"app=nginx","field_selector":"status.phase=Running"}`,
		`{"items":[]}`,
		func(host *capabilities.Host) (any, error) {
			return kubernetes.ListResourcesByNamespace(host, kubernetes.ListResourcesByNamespaceRequest{
				APIVersion: "v1", Kind: "Pod", Namespace: "default",
				LabelSelector: pointer("app=nginx"), FieldSelector: pointer("status.phase=Running"),
			})
		},
		[]byte(`{"items":[]}`),
	},
	{
		"list all", "kubernetes", "list_resources_all",
		`{"api_version":"v1","kind":"Pod","label_selector":"app=nginx","field_selector":"status.phase=Running"}`,
		`{"items":[]}`,
		func(host *capabilities.Host) (any, error) {
			return kubernetes.ListResources(host, kubernetes.ListAllResourcesRequest{
				APIVersion: "v1", Kind: "Pod",
				LabelSelector: pointer("app=nginx"), FieldSelector: pointer("status.phase=Running"),
			})
		},
		[]byte(`{"items":[]}`),
	},
	{
		"list with field masks", "kubernetes", "list_resources_all",
		`{"api_version":"v1","kind":"Pod","field_masks":["metadata.name","spec.containers.image"]}`,
		`{"items":[]}`,
		func(host *capabilities.Host) (any, error) {
			return kubernetes.ListResources(host, kubernetes.ListAllResourcesRequest{
				APIVersion: "v1", Kind: "Pod", FieldMasks: []string{"metadata.name", "spec.containers.image"},
			})
		},
		[]byte(`{"items":[]}`),
	},
	{
		"get", "kubernetes", "get_resource",
		`{"api_version":"v1","kind":"Pod","name":"nginx","namespace":"default","disable_cache":false}`,
		`{"kind":"Pod"}`,
		func(host *capabilities.Host) (any, error) {
			return kubernetes.GetResource(host, kubernetes.GetResourceRequest{
				APIVersion: "v1", Kind: "Pod", Name: "nginx", Namespace: pointer("default"),
			})
		},
		[]byte(`{"kind":"Pod"}`),
	},
	{
		"can i", "kubernetes", "can_i",
		`{"subject_access_review":{"groups":["developers"],"resource_attributes":{"namespace":"default","verb":"get","group":"","resource":"pods"},"user":"jane.doe@example.com"},"disable_cache":false}`,
		`{"allowed":true,"reason":"RBAC"}`,
		func(host *capabilities.Host) (any, error) {
			return kubernetes.CanI(host, kubernetes.CanIRequest{
				SubjectAccessReview: kubernetes.SubjectAccessReview{
					User:               "jane.doe@example.com",
					Groups:             []string{"developers"},
					ResourceAttributes: kubernetes.ResourceAttributes{Namespace: "default", Verb: "get", Resource: "pods"},
				},
			})
		},
		kubernetes.SubjectAccessReviewStatus{Allowed: true, Reason: "RBAC"},
	},
	{
		"addresses", "net", "v1/dns_lookup_host", `"example.com"`, `{"ips":["192.0.2.1","2001:db8::1"]}`,
		func(host *capabilities.Host) (any, error) { return net.LookupHost(host, "example.com") },
		[]string{"192.0.2.1", "2001:db8::1"},
	},
	{
		"PEM certificate", "crypto", "v1/is_certificate_trusted",
		`{"cert":{"encoding":"Pem","data":[99,195,169]},"cert_chain":[{"encoding":"Pem","data":[97]},{"encoding":"Pem","data":[98]}],"not_after":"2021-10-01T00:00:00Z"}`,
		`{"trusted":false,"reason":"expired"}`,
		func(host *capabilities.Host) (any, error) {
			chain := []crypto.Certificate{{Encoding: crypto.Pem, Data: []rune("a")}, crypto.PEM("b")}
			return crypto.VerifyCert(host, crypto.PEM("cé"), chain, "2021-10-01T00:00:00Z")
		},
		&crypto.CertificateVerificationResponse{Reason: "expired"},
	},
	{
		"DER certificate without chain and time", "crypto", "v1/is_certificate_trusted",
		`{"cert":{"encoding":"Der","data":[48,130,255]},"cert_chain":null,"not_after":""}`,
		`{"trusted":true,"reason":""}`,
		func(host *capabilities.Host) (any, error) {
			return crypto.VerifyCert(host, crypto.DER([]byte{0x30, 0x82, 0xff}), nil, "")
		},
		&crypto.CertificateVerificationResponse{Trusted: true},
	},
	{
		"manifest digest", "oci", "v1/manifest_digest", `"busybox:1"`, `{"digest":"sha256:1"}`,
		func(host *capabilities.Host) (any, error) {
			return manifest_digest.GetOCIManifestDigest(host, "busybox:1")
		},
		"sha256:1",
	},
	verification("public keys", "v2/verify",
		`{"type":"SigstorePubKeyVerify","image":"myimage:latest","pub_keys":["pubkey1","pubkey2"],"annotations":null}`,
		func(host *capabilities.Host) (oci.VerificationResponse, error) {
			return verify_v2.VerifyPubKeysImage(host, "myimage:latest", []string{"pubkey1", "pubkey2"}, nil)
		}),
	verification("keyless", "v2/verify",
		`{"type":"SigstoreKeylessVerify","image":"myimage:latest","keyless":[{"issuer":"https://github.com/login/oauth","subject":"mail@example.com"}],"annotations":{"env":"prod"}}`,
		func(host *capabilities.Host) (oci.VerificationResponse, error) {
			return verify_v2.VerifyKeylessExactMatch(host, "myimage:latest", []oci.KeylessInfo{signer}, map[string]string{"env": "prod"})
		}),
	verification("keyless with a prefix", "v2/verify",
		`{"type":"SigstoreKeylessPrefixVerify","image":"myimage:latest","keyless_prefix":[{"issuer":"i","url_prefix":"https://example.com/"}],"annotations":null}`,
		func(host *capabilities.Host) (oci.VerificationResponse, error) {
			signers := []verify_v2.KeylessPrefixInfo{{Issuer: "i", UrlPrefix: "https://example.com/"}}
			return verify_v2.VerifyKeylessPrefixMatch(host, "myimage:latest", signers, nil)
		}),
	verification("GitHub Actions", "v2/verify",
		`{"type":"SigstoreGithubActionsVerify","image":"myimage:latest","owner":"myorg","annotations":null}`,
		func(host *capabilities.Host) (oci.VerificationResponse, error) {
			return verify_v2.VerifyKeylessGithubActions(host, "myimage:latest", "myorg", "", nil)
		}),
	verification("GitHub Actions of a repository", "v2/verify",
		`{"type":"SigstoreGithubActionsVerify","image":"myimage:latest","owner":"myorg","repo":"myrepo","annotations":null}`,
		func(host *capabilities.Host) (oci.VerificationResponse, error) {
			return verify_v2.VerifyKeylessGithubActions(host, "myimage:latest", "myorg", "myrepo", nil)
		}),
	verification("certificate", "v2/verify",
		`{"type":"SigstoreCertificateVerify","image":"myimage:latest","certificate":[97,195,169],"certificate_chain":[[98],[99]],"require_rekor_bundle":false,"annotations":null}`,
		func(host *capabilities.Host) (oci.VerificationResponse, error) {
			return verify_v2.VerifyCertificate(host, "myimage:latest", []rune("aé"), [][]rune{{'b'}, {'c'}}, false, nil)
		}),
	verification("certificate in bytes, without chain", "v2/verify",
		`{"type":"SigstoreCertificateVerify","image":"myimage:latest","certificate":[97,195,169],"certificate_chain":null,"require_rekor_bundle":true,"annotations":null}`,
		func(host *capabilities.Host) (oci.VerificationResponse, error) {
			return verify_v2.VerifyCertificate(host, "myimage:latest", []byte("aé"), nil, true, nil)
		}),
	verification("public keys, the first version", "v1/verify",
		`{"SigstorePubKeyVerify":{"image":"myimage:latest","pub_keys":["pubkey1"],"annotations":null}}`,
		func(host *capabilities.Host) (oci.VerificationResponse, error) {
			return verify_v1.VerifyPubKeys(host, "myimage:latest", []string{"pubkey1"}, nil)
		}),
	verification("keyless, the first version", "v1/verify",
		`{"SigstoreKeylessVerify":{"image":"myimage:latest","keyless":[{"issuer":"https://github.com/login/oauth","subject":"mail@example.com"}],"annotations":null}}`,
		func(host *capabilities.Host) (oci.VerificationResponse, error) {
			return verify_v1.VerifyKeyless(host, "myimage:latest", []oci.KeylessInfo{signer}, nil)
		}),
}

func TestRequestsAndResponses(t *testing.T) {
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			client := mocks.NewMockWapcClient(t)
			client.EXPECT().
				HostCall("kubewarden", call.namespace, call.operation, mock.Anything).
				RunAndReturn(func(_, _, _ string, payload []byte) ([]byte, error) {
					assert.Equal(t, call.request, string(payload))
					return []byte(call.response), nil
				})
			answer, err := call.ask(&capabilities.Host{Client: client})
			require.NoError(t, err)
			assert.Equal(t, call.expected, answer)
		})
	}
}

func TestErrorsOfTheHostAreThoseOfTheCall(t *testing.T) {
	refusal := errors.New("not on the list of the policy")
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			client := mocks.NewMockWapcClient(t)
			client.EXPECT().HostCall("kubewarden", call.namespace, call.operation, []byte(call.request)).Return(nil, refusal)
			_, err := call.ask(&capabilities.Host{Client: client})
			assert.Equal(t, refusal, err)
		})
	}
}

func answering(t *testing.T, response string) *capabilities.Host {
	client := mocks.NewMockWapcClient(t)
	client.On("HostCall", "kubewarden", "oci", mock.Anything, []byte(`"busybox"`)).Return([]byte(response), nil)
	return &capabilities.Host{Client: client}
}

func TestManifests(t *testing.T) {
	for mediaType, isIndex := range map[string]bool{
		"application/vnd.oci.image.manifest.v1+json":                false,
		"application/vnd.docker.distribution.manifest.v2+json":      false,
		"application/vnd.oci.image.index.v1+json":                   true,
		"application/vnd.docker.distribution.manifest.list.v2+json": true,
	} {
		answer, err := manifest.GetOCIManifest(answering(t, `{"schemaVersion":2,"mediaType":"`+mediaType+`"}`), "busybox")
		require.NoError(t, err)
		assert.Equal(t, isIndex, answer.IndexManifest() != nil, mediaType)
		assert.Equal(t, !isIndex, answer.ImageManifest() != nil, mediaType)
	}

	image, err := manifest.GetOCIManifest(answering(t, `{"config":{"digest":"sha256:1"},"layers":[]}`), "busybox")
	require.NoError(t, err)
	assert.Equal(t, "sha256:1", string(image.Image.Config.Digest))

	index, err := manifest.GetOCIManifest(answering(t, `{"manifests":[{"digest":"sha256:2"}]}`), "busybox")
	require.NoError(t, err)
	assert.Equal(t, "sha256:2", string(index.Index.Manifests[0].Digest))

	_, err = manifest.GetOCIManifest(answering(t, `{"mediaType":"text/plain"}`), "busybox")
	assert.ErrorContains(t, err, `neither an image nor an index: a manifest of media type "text/plain"`)
	_, err = manifest.GetOCIManifest(answering(t, `7`), "busybox")
	assert.ErrorContains(t, err, "not a manifest")
}

func TestManifestAndConfig(t *testing.T) {
	host := answering(t, `{"manifest":{"schemaVersion":2},"digest":"sha256:1","config":{"os":"linux","architecture":"amd64","config":{"User":"1000"}}}`)
	answer, err := manifest_config.GetOCIManifestAndConfig(host, "busybox")
	require.NoError(t, err)
	assert.Equal(t, "sha256:1", answer.Digest)
	assert.Equal(t, 2, answer.Manifest.SchemaVersion)
	assert.Equal(t, "1000", answer.ImageConfig.Config.User)
}

func TestBytesThatAreNone(t *testing.T) {
	certificate := crypto.Certificate{Encoding: crypto.Der, Data: []rune{0x30, 0xfffd}}
	host := &capabilities.Host{Client: mocks.NewMockWapcClient(t)}
	_, err := crypto.VerifyCert(host, certificate, nil, "")
	assert.ErrorContains(t, err, "the DER certificate holds 65533 at 1, which is no byte: make it with crypto.DER")
	_, err = crypto.VerifyCert(host, crypto.Certificate{Data: []rune("a")}, nil, "")
	assert.ErrorContains(t, err, "no encoding of certificates: 0")
}

func TestWithoutHost(t *testing.T) {
	for _, host := range []capabilities.Host{{}, capabilities.NewHost()} {
		_, err := net.LookupHost(&host, "example.com")
		assert.ErrorContains(t, err, "net/v1/dns_lookup_host: ")
	}
	_, err := net.LookupHost(nil, "example.com")
	assert.ErrorContains(t, err, "the host has no client")
}

func TestResponsesThatAreNone(t *testing.T) {
	client := mocks.NewMockWapcClient(t)
	client.On("HostCall", "kubewarden", "net", mock.Anything, mock.Anything).Return([]byte(`[`), nil)
	_, err := net.LookupHost(&capabilities.Host{Client: client}, "example.com")
	assert.ErrorContains(t, err, "cannot decode the response of net/v1/dns_lookup_host")
}
