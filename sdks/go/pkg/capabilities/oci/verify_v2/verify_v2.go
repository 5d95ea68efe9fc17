// Package verify_v2 has the host verify signatures of all kinds.
//
// In all functions annotations are those that every signer must have given; nil: any.
package verify_v2

import (
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci"
)

// VerifyPubKeysImage verifies that an image was signed with each of the keys (PEM).
func VerifyPubKeysImage(
	h *capabilities.Host,
	image string,
	pubKeys []string,
	annotations map[string]string,
) (oci.VerificationResponse, error) {
	return oci.Verify(h, SigstorePubKeysVerify{Image: image, PubKeys: pubKeys, Annotations: annotations}, oci.V2)
}

// VerifyKeylessExactMatch verifies that an image was signed by each of the signers.
func VerifyKeylessExactMatch(
	h *capabilities.Host,
	image string,
	keyless []oci.KeylessInfo,
	annotations map[string]string,
) (oci.VerificationResponse, error) {
	return oci.Verify(h, SigstoreKeylessVerifyExact{Image: image, Keyless: keyless, Annotations: annotations}, oci.V2)
}

// VerifyKeylessPrefixMatch verifies that an image was signed by signers whose subjects start with the prefixes.
func VerifyKeylessPrefixMatch(
	h *capabilities.Host,
	image string,
	keylessPrefix []KeylessPrefixInfo,
	annotations map[string]string,
) (oci.VerificationResponse, error) {
	request := SigstoreKeylessPrefixVerify{Image: image, KeylessPrefix: keylessPrefix, Annotations: annotations}
	return oci.Verify(h, request, oci.V2)
}

// VerifyKeylessGithubActions verifies that an image was signed by GitHub Actions of an owner, for example octocat,
// and of one repository if repo is not empty.
func VerifyKeylessGithubActions(
	h *capabilities.Host,
	image string,
	owner string,
	repo string,
	annotations map[string]string,
) (oci.VerificationResponse, error) {
	request := SigstoreGithubActionsVerify{Image: image, Owner: owner, Repo: repo, Annotations: annotations}
	return oci.Verify(h, request, oci.V2)
}

// VerifyCertificate verifies that an image was signed with the key of a certificate (PEM), which is trusted if the
// chain leads to it, or if there is no chain.
//
// requireRekorBundle wants proof that the signature was made while the certificate was valid: better true.
func VerifyCertificate[T []byte | []rune](
	h *capabilities.Host,
	image string,
	certificate T,
	certificateChain []T,
	requireRekorBundle bool,
	annotations map[string]string,
) (oci.VerificationResponse, error) {
	request := SigstoreCertificateVerify{
		Image:              image,
		Certificate:        listOfBytes(certificate),
		RequireRekorBundle: requireRekorBundle,
		Annotations:        annotations,
	}
	for _, certificate := range certificateChain {
		request.CertificateChain = append(request.CertificateChain, listOfBytes(certificate))
	}
	return oci.Verify(h, request, oci.V2)
}

// listOfBytes has one number for each byte of a text.
func listOfBytes[T []byte | []rune](certificate T) []rune {
	text := string(certificate)
	numbers := make([]rune, len(text))
	for index := range len(text) {
		numbers[index] = rune(text[index])
	}
	return numbers
}
