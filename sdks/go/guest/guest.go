// Package guest runs a policy in its host. The same main serves both ABIs:
//
//	func main() {
//		guest.Run(guest.Handlers{Validate: validate, ValidateSettings: validateSettings})
//	}
//
// For waPC, where an instance of the policy serves many requests:
//
//	GOOS=wasip1 GOARCH=wasm go build -tags wapc -buildmode=c-shared -o policy.wasm
//
// For WASI, where each request has an instance of its own:
//
//	GOOS=wasip1 GOARCH=wasm go build -o policy.wasm
//
// metadata.yml names the ABI: executionMode is kubewarden-wapc or wasi.
package guest

// A Handler answers an operation: from JSON to JSON. An error is for what should not happen, such as input that
// cannot be decoded; the host rejects the request with its text.
type Handler = func(payload []byte) ([]byte, error)

// Handlers are the operations of a policy.
type Handlers struct {
	// Validate gets a protocol.ValidationRequest and answers with a protocol.ValidationResponse.
	Validate Handler
	// ValidateSettings gets settings and answers with a protocol.SettingsValidationResponse. All settings are valid
	// if it is nil.
	ValidateSettings Handler
}

func (h Handlers) settings() Handler {
	if h.ValidateSettings != nil {
		return h.ValidateSettings
	}
	return func([]byte) ([]byte, error) { return []byte(`{"valid":true}`), nil }
}
