// Package verify_v1 has the host verify signatures, with the operation that all hosts know.
package verify_v1

import (
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci"
)

type publicKeys struct {
	Image       string            `json:"image"`
	PubKeys     []string          `json:"pub_keys"`
	Annotations map[string]string `json:"annotations"`
}

type keyless struct {
	Image       string            `json:"image"`
	Keyless     []oci.KeylessInfo `json:"keyless"`
	Annotations map[string]string `json:"annotations"`
}

// VerifyPubKeys verifies that an image was signed with each of the keys (PEM), and that all signers gave the
// annotations; nil: any.
func VerifyPubKeys(
	h *capabilities.Host,
	image string,
	pubKeys []string,
	annotations map[string]string,
) (oci.VerificationResponse, error) {
	request := map[string]publicKeys{"SigstorePubKeyVerify": {image, pubKeys, annotations}}
	return oci.Verify(h, request, oci.V1)
}

// VerifyKeyless verifies that an image was signed by each of the signers, and that all of them gave the annotations;
// nil: any.
func VerifyKeyless(
	h *capabilities.Host,
	image string,
	signers []oci.KeylessInfo,
	annotations map[string]string,
) (oci.VerificationResponse, error) {
	request := map[string]keyless{"SigstoreKeylessVerify": {image, signers, annotations}}
	return oci.Verify(h, request, oci.V1)
}
