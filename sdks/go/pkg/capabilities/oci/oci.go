// Package oci asks the host about images, and has it verify their signatures. The functions are in the packages
// below.
package oci

import "github.com/kubewarden/policy-sdk-go/pkg/capabilities"

// HostOCIVerifyVersion is a version of the operation verify.
type HostOCIVerifyVersion int64

const (
	// V1 knows public keys and keyless signatures.
	V1 HostOCIVerifyVersion = iota
	// V2 knows prefixes, GitHub Actions and certificates as well.
	V2
)

// String is the version as the name of the operation has it.
func (s HostOCIVerifyVersion) String() string {
	if s == V1 {
		return "v1"
	}
	return "v2"
}

// KeylessInfo is a signer of keyless signatures.
type KeylessInfo struct {
	// Issuer is the OIDC provider, for example https://github.com/login/oauth.
	Issuer string `json:"issuer"`
	// Subject is the user as the provider knows it, for example mail@example.com.
	Subject string `json:"subject"`
}

// VerificationResponse is the answer of the host.
type VerificationResponse struct {
	IsTrusted bool `json:"is_trusted"`
	// Digest of the image that was verified: use it in the place of a tag, which may move.
	Digest string `json:"digest"`
}

// Verify sends a request of package verify_v1 or verify_v2.
func Verify(h *capabilities.Host, requestObj interface{}, operation HostOCIVerifyVersion) (VerificationResponse, error) {
	return capabilities.CallAs[VerificationResponse](h, "oci", operation.String()+"/verify", requestObj)
}
