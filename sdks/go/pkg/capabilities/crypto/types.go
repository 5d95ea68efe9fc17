package crypto

import (
	"encoding/json"
	"fmt"
)

// CertificateEncoding is how a certificate is written.
type CertificateEncoding int

const (
	// Der is for binary certificates.
	Der CertificateEncoding = iota + 1
	// Pem is for certificates as text.
	Pem
)

// MarshalJSON is the name that the host knows.
func (e CertificateEncoding) MarshalJSON() ([]byte, error) {
	switch e {
	case Der:
		return []byte(`"Der"`), nil
	case Pem:
		return []byte(`"Pem"`), nil
	default:
		return nil, fmt.Errorf("no encoding of certificates: %d", int(e))
	}
}

// Certificate is an X.509 certificate: make it with [PEM] or [DER].
type Certificate struct {
	Encoding CertificateEncoding
	// Data are the characters of a text (Pem), or one rune from 0 to 255 for each byte (Der). []rune(string(bytes))
	// is not the latter.
	Data []rune
}

// PEM is a certificate that is written as text.
func PEM(text string) Certificate {
	return Certificate{Encoding: Pem, Data: []rune(text)}
}

// DER is a certificate in binary.
func DER(data []byte) Certificate {
	runes := make([]rune, len(data))
	for index, value := range data {
		runes[index] = rune(value)
	}
	return Certificate{Encoding: Der, Data: runes}
}

// MarshalJSON writes the data as a list of bytes.
func (c Certificate) MarshalJSON() ([]byte, error) {
	data := c.Data
	if c.Encoding == Pem {
		text := string(data)
		data = make([]rune, len(text))
		for index := range len(text) {
			data[index] = rune(text[index])
		}
	}
	for index, value := range data {
		if value < 0 || value > 255 {
			return nil, fmt.Errorf("the DER certificate holds %d at %d, which is no byte: make it with crypto.DER", value, index)
		}
	}
	if data == nil {
		data = []rune{}
	}
	return json.Marshal(struct {
		Encoding CertificateEncoding `json:"encoding"`
		Data     []rune              `json:"data"`
	}{c.Encoding, data})
}

// CertificateVerificationRequest is what the host is sent by [VerifyCert].
type CertificateVerificationRequest struct {
	Cert      Certificate   `json:"cert"`
	CertChain []Certificate `json:"cert_chain"`
	// NotAfter is always sent: hosts insist on it.
	NotAfter string `json:"not_after"`
}

// CertificateVerificationResponse is the answer of the host.
type CertificateVerificationResponse struct {
	Trusted bool `json:"trusted"`
	// Reason tells why the certificate is not trusted.
	Reason string `json:"reason"`
}
