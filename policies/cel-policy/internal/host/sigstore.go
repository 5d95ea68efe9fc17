package host

import (
	"maps"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/verify_v2"
)

var (
	signedType        = cel.OpaqueType("kw.sigstore.Image")
	publicKeysType    = cel.OpaqueType("kw.sigstore.PublicKeys")
	keylessType       = cel.OpaqueType("kw.sigstore.Keyless")
	keylessPrefixType = cel.OpaqueType("kw.sigstore.KeylessPrefix")
	githubActionType  = cel.OpaqueType("kw.sigstore.GithubAction")
	certificateType   = cel.OpaqueType("kw.sigstore.Certificate")
	verdictType       = cel.OpaqueType("kw.sigstore.Response")
)

// signatures is what is asked about the signatures of an image. The type of the question tells which of the fields
// count.
type signatures struct {
	image            string
	annotations      map[string]string
	publicKeys       []string
	keyless          []oci.KeylessInfo
	keylessPrefix    []verify_v2.KeylessPrefixInfo
	owner, repo      string
	certificate      string
	certificateChain [][]byte
	withRekorBundle  bool
}

// sigstoreFunctions are kw.sigstore.image(…), .annotation(key, value) as often as needed, then one of
//
//   - .pubKey(…), at least once
//   - .keyless(issuer, subject), at least once
//   - .keylessPrefix(issuer, prefix), at least once
//   - .githubAction(owner) or .githubAction(owner, repository)
//   - .certificate(…), then .certificateChain(…) for each certificate of the chain, and .requireRekorBundle(…)
//
// and then .verify(), which has .isTrusted() and .digest().
func sigstoreFunctions(host *capabilities.Host) []cel.EnvOption {
	functions := []cel.EnvOption{
		start("kw.sigstore.image", signedType, func(image string) signatures { return signatures{image: image} }),
		with("annotation", signedType, signedType, 2, func(asked signatures, texts []string) signatures {
			asked.annotations = maps.Clone(asked.annotations)
			if asked.annotations == nil {
				asked.annotations = map[string]string{}
			}
			asked.annotations[texts[0]] = texts[1]
			return asked
		}),
		with("certificate", signedType, certificateType, 1, func(asked signatures, texts []string) signatures {
			asked.certificate = texts[0]
			return asked
		}),
		with("certificateChain", certificateType, certificateType, 1, func(asked signatures, texts []string) signatures {
			asked.certificateChain = appended(asked.certificateChain, []byte(texts[0]))
			return asked
		}),
		step("requireRekorBundle", certificateType, certificateType, []*cel.Type{cel.BoolType},
			func(asked signatures, arguments []ref.Val) (signatures, error) {
				asked.withRekorBundle = bool(arguments[0].(types.Bool))
				return asked, nil
			}),
		with("githubAction", signedType, githubActionType, 1, func(asked signatures, texts []string) signatures {
			asked.owner = texts[0]
			return asked
		}),
		with("githubAction", signedType, githubActionType, 2, func(asked signatures, texts []string) signatures {
			asked.owner, asked.repo = texts[0], texts[1]
			return asked
		}),
		fact("isTrusted", verdictType, cel.BoolType, func(answer oci.VerificationResponse) any { return answer.IsTrusted }),
		fact("digest", verdictType, cel.StringType, func(answer oci.VerificationResponse) any { return answer.Digest }),
	}
	for _, from := range []*types.Type{signedType, publicKeysType} {
		functions = append(functions, with("pubKey", from, publicKeysType, 1, func(asked signatures, texts []string) signatures {
			asked.publicKeys = appended(asked.publicKeys, texts[0])
			return asked
		}))
	}
	for _, from := range []*types.Type{signedType, keylessType} {
		functions = append(functions, with("keyless", from, keylessType, 2, func(asked signatures, texts []string) signatures {
			asked.keyless = appended(asked.keyless, oci.KeylessInfo{Issuer: texts[0], Subject: texts[1]})
			return asked
		}))
	}
	for _, from := range []*types.Type{signedType, keylessPrefixType} {
		functions = append(functions, with("keylessPrefix", from, keylessPrefixType, 2, func(asked signatures, texts []string) signatures {
			signer := verify_v2.KeylessPrefixInfo{Issuer: texts[0], UrlPrefix: texts[1]}
			asked.keylessPrefix = appended(asked.keylessPrefix, signer)
			return asked
		}))
	}
	for of, verify := range map[*types.Type]func(signatures) (oci.VerificationResponse, error){
		publicKeysType: func(asked signatures) (oci.VerificationResponse, error) {
			return verify_v2.VerifyPubKeysImage(host, asked.image, asked.publicKeys, asked.annotations)
		},
		keylessType: func(asked signatures) (oci.VerificationResponse, error) {
			return verify_v2.VerifyKeylessExactMatch(host, asked.image, asked.keyless, asked.annotations)
		},
		keylessPrefixType: func(asked signatures) (oci.VerificationResponse, error) {
			return verify_v2.VerifyKeylessPrefixMatch(host, asked.image, asked.keylessPrefix, asked.annotations)
		},
		githubActionType: func(asked signatures) (oci.VerificationResponse, error) {
			return verify_v2.VerifyKeylessGithubActions(host, asked.image, asked.owner, asked.repo, asked.annotations)
		},
		certificateType: func(asked signatures) (oci.VerificationResponse, error) {
			return verify_v2.VerifyCertificate(host, asked.image, []byte(asked.certificate), asked.certificateChain,
				asked.withRekorBundle, asked.annotations)
		},
	} {
		functions = append(functions, ask("verify", of, verdictType, "failed to verify image", func(asked signatures) (any, error) {
			answer, err := verify(asked)
			return question[oci.VerificationResponse]{verdictType, answer}, err
		}))
	}
	return functions
}
