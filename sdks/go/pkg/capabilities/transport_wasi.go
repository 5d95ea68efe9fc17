//go:build wasip1 && !wapc

package capabilities

import (
	"errors"
	"fmt"
	"io"
	"os"
	"unsafe"
)

// HasHost tells whether the policy runs in a host.
const HasHost = true

//go:wasmimport host call
func hostCall(
	binding unsafe.Pointer, bindingLength uint32,
	namespace unsafe.Pointer, namespaceLength uint32,
	operation unsafe.Pointer, operationLength uint32,
	payload unsafe.Pointer, payloadLength uint32,
) uint32

type transport struct{}

// HostCall gets its answer over stdin, so whatever was there before must have been read: guest.Run does that.
func (transport) HostCall(binding, namespace, operation string, payload []byte) ([]byte, error) {
	failed := hostCall(
		unsafe.Pointer(unsafe.StringData(binding)), uint32(len(binding)),
		unsafe.Pointer(unsafe.StringData(namespace)), uint32(len(namespace)),
		unsafe.Pointer(unsafe.StringData(operation)), uint32(len(operation)),
		unsafe.Pointer(unsafe.SliceData(payload)), uint32(len(payload)),
	)
	answer, err := io.ReadAll(os.Stdin)
	if err != nil {
		return nil, fmt.Errorf("cannot read the answer of the host: %w", err)
	}
	if failed != 0 {
		return nil, errors.New(string(answer))
	}
	return answer, nil
}
