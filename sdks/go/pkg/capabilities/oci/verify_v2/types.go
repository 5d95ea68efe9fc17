package verify_v2

import "github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci"

// The types of the requests are constants: these encode themselves, so that a request cannot have another type.
type (
	// SigstorePubKeyVerifyType is the type of [SigstorePubKeysVerify].
	SigstorePubKeyVerifyType struct{}
	// SigstoreKeylessVerifyType is the type of [SigstoreKeylessVerifyExact].
	SigstoreKeylessVerifyType struct{}
	// SigstoreKeylessPrefixVerifyType is the type of [SigstoreKeylessPrefixVerify].
	SigstoreKeylessPrefixVerifyType struct{}
	// SigstoreGithubActionsVerifyType is the type of [SigstoreGithubActionsVerify].
	SigstoreGithubActionsVerifyType struct{}
	// SigstoreCertificateVerifyType is the type of [SigstoreCertificateVerify].
	SigstoreCertificateVerifyType struct{}
)

func (SigstorePubKeyVerifyType) MarshalJSON() ([]byte, error) {
	return []byte(`"SigstorePubKeyVerify"`), nil
}

func (SigstoreKeylessVerifyType) MarshalJSON() ([]byte, error) {
	return []byte(`"SigstoreKeylessVerify"`), nil
}

func (SigstoreKeylessPrefixVerifyType) MarshalJSON() ([]byte, error) {
	return []byte(`"SigstoreKeylessPrefixVerify"`), nil
}

func (SigstoreGithubActionsVerifyType) MarshalJSON() ([]byte, error) {
	return []byte(`"SigstoreGithubActionsVerify"`), nil
}

func (SigstoreCertificateVerifyType) MarshalJSON() ([]byte, error) {
	return []byte(`"SigstoreCertificateVerify"`), nil
}

// SigstorePubKeysVerify is the request of [VerifyPubKeysImage].
type SigstorePubKeysVerify struct {
	Type        SigstorePubKeyVerifyType `json:"type"`
	Image       string                   `json:"image"`
	PubKeys     []string                 `json:"pub_keys"`
	Annotations map[string]string        `json:"annotations"`
}

// SigstoreKeylessVerifyExact is the request of [VerifyKeylessExactMatch].
type SigstoreKeylessVerifyExact struct {
	Type        SigstoreKeylessVerifyType `json:"type"`
	Image       string                    `json:"image"`
	Keyless     []oci.KeylessInfo         `json:"keyless"`
	Annotations map[string]string         `json:"annotations"`
}

// KeylessPrefixInfo is a group of signers of keyless signatures.
type KeylessPrefixInfo struct {
	// Issuer is the OIDC provider, for example https://token.actions.githubusercontent.com.
	Issuer string `json:"issuer"`
	// UrlPrefix is what the subjects of the signers start with. The host ends it with a slash, so that
	// https://example.com/org is not taken for a prefix of https://example.com/organization.
	UrlPrefix string `json:"url_prefix"`
}

// SigstoreKeylessPrefixVerify is the request of [VerifyKeylessPrefixMatch].
type SigstoreKeylessPrefixVerify struct {
	Type          SigstoreKeylessPrefixVerifyType `json:"type"`
	Image         string                          `json:"image"`
	KeylessPrefix []KeylessPrefixInfo             `json:"keyless_prefix"`
	Annotations   map[string]string               `json:"annotations"`
}

// SigstoreGithubActionsVerify is the request of [VerifyKeylessGithubActions].
type SigstoreGithubActionsVerify struct {
	Type        SigstoreGithubActionsVerifyType `json:"type"`
	Image       string                          `json:"image"`
	Owner       string                          `json:"owner"`
	Repo        string                          `json:"repo,omitempty"`
	Annotations map[string]string               `json:"annotations"`
}

// SigstoreCertificateVerify is the request of [VerifyCertificate]. A certificate is a list of bytes.
type SigstoreCertificateVerify struct {
	Type               SigstoreCertificateVerifyType `json:"type"`
	Image              string                        `json:"image"`
	Certificate        []rune                        `json:"certificate"`
	CertificateChain   [][]rune                      `json:"certificate_chain"`
	RequireRekorBundle bool                          `json:"require_rekor_bundle"`
	Annotations        map[string]string             `json:"annotations"`
}
