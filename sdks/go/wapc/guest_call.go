package wapc

import (
	"errors"

	"github.com/kubewarden/policy-sdk-go/internal/handler"
)

// answer runs the function of an operation.
func answer(operation string, payload []byte) ([]byte, error) {
	function, registered := functions[operation]
	if !registered {
		return nil, errors.New(`Could not find function "` + operation + `"`)
	}
	return handler.Call(function, payload)
}

// A HostError is what the host said when it refused or failed a call.
type HostError struct{ Message string }

func (e *HostError) Error() string {
	return "Host error: " + e.Message
}
