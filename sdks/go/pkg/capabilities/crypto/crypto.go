// Package crypto has the host verify certificates.
package crypto

import "github.com/kubewarden/policy-sdk-go/pkg/capabilities"

// VerifyCert verifies a certificate against a chain.
//
// The chain is ordered by trust, intermediates first, the root last; without one the host takes the authorities that
// Mozilla trusts. notAfter is a time as in RFC 3339 that the certificate must not have expired at; with an empty
// one, expiration is not looked at.
func VerifyCert(
	h *capabilities.Host,
	cert Certificate,
	certChain []Certificate,
	notAfter string,
) (*CertificateVerificationResponse, error) {
	request := CertificateVerificationRequest{Cert: cert, CertChain: certChain, NotAfter: notAfter}
	response, err := capabilities.CallAs[CertificateVerificationResponse](h, "crypto", "v1/is_certificate_trusted", request)
	if err != nil {
		return nil, err
	}
	return &response, nil
}
