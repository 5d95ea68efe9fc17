// Package wapc is the guest side of waPC for the standard Go toolchain. Policies use package guest; this package is
// for those that register operations themselves.
//
// A policy of this ABI is built as a reactor, with the build tag wapc:
//
//	GOOS=wasip1 GOARCH=wasm go build -tags wapc -buildmode=c-shared -o policy.wasm
//
// A reactor has no main that the host would run. The first call of the host runs it, so that operations can be
// registered there; it must return.
package wapc

import "github.com/kubewarden/policy-sdk-go/constants"

// A Function answers an operation. The text of its error is what the host is told.
type Function func(payload []byte) ([]byte, error)

var functions = map[string]Function{
	"protocol_version": func([]byte) ([]byte, error) { return []byte(`"` + constants.ProtocolVersion + `"`), nil },
}

// RegisterFunction makes a function answer an operation. protocol_version is answered without being registered.
func RegisterFunction(operation string, function Function) {
	functions[operation] = function
}
