package host

import (
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/crypto"
)

var (
	trustType       = cel.OpaqueType("kw.crypto.Certificate")
	trustAnswerType = cel.OpaqueType("kw.crypto.Response")
)

// trust is what is asked about a certificate.
type trust struct {
	certificate string
	chain       []crypto.Certificate
	notAfter    string
}

// cryptoFunctions are kw.crypto.certificate(…), .certificateChain(…) for each certificate of the chain,
// .notAfter(timestamp), and then .verify(), which has .isTrusted() and .reason().
func cryptoFunctions(host *capabilities.Host) []cel.EnvOption {
	return []cel.EnvOption{
		start("kw.crypto.certificate", trustType, func(certificate string) trust { return trust{certificate: certificate} }),
		with("certificateChain", trustType, trustType, 1, func(asked trust, texts []string) trust {
			asked.chain = appended(asked.chain, crypto.PEM(texts[0]))
			return asked
		}),
		step("notAfter", trustType, trustType, []*cel.Type{cel.TimestampType}, func(asked trust, arguments []ref.Val) (trust, error) {
			asked.notAfter = arguments[0].(types.Timestamp).Time.UTC().Format(time.RFC3339)
			return asked, nil
		}),
		ask("verify", trustType, trustAnswerType, "cannot verify the certificate", func(asked trust) (any, error) {
			answer, err := crypto.VerifyCert(host, crypto.PEM(asked.certificate), asked.chain, asked.notAfter)
			if err != nil {
				return nil, err
			}
			return question[crypto.CertificateVerificationResponse]{trustAnswerType, *answer}, nil
		}),
		fact("isTrusted", trustAnswerType, cel.BoolType, func(answer crypto.CertificateVerificationResponse) any { return answer.Trusted }),
		fact("reason", trustAnswerType, cel.StringType, func(answer crypto.CertificateVerificationResponse) any { return answer.Reason }),
	}
}
