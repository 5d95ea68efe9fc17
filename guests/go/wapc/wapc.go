// Package wapc is the guest side of waPC for Go's own compiler: a policy that is built with
// -buildmode=c-shared registers its operations in init functions, which run in _initialize.
package wapc

import "unsafe"

//go:wasmimport wapc __guest_request
func guestRequest(operation, payload unsafe.Pointer)

//go:wasmimport wapc __guest_response
func guestResponse(text unsafe.Pointer, length uint32)

//go:wasmimport wapc __guest_error
func guestError(text unsafe.Pointer, length uint32)

// A Handler answers one operation; the text of its error is what the host is told.
type Handler func(payload []byte) ([]byte, error)

var handlers = map[string]Handler{}

// Register makes handler answer the operation.
func Register(operation string, handler Handler) {
	handlers[operation] = handler
}

//go:wasmexport __guest_call
func guestCall(operationLength, payloadLength uint32) uint32 {
	// one byte more, so that there is a first element to point at
	operation := make([]byte, operationLength+1)
	payload := make([]byte, payloadLength+1)
	guestRequest(unsafe.Pointer(&operation[0]), unsafe.Pointer(&payload[0]))

	name := string(operation[:operationLength])
	handler, known := handlers[name]
	if !known {
		return fail(`Could not find function "` + name + `"`)
	}
	response, err := handler(payload[:payloadLength])
	if err != nil {
		return fail(err.Error())
	}
	guestResponse(unsafe.Pointer(unsafe.SliceData(response)), uint32(len(response)))
	return 1
}

func fail(message string) uint32 {
	guestError(unsafe.Pointer(unsafe.StringData(message)), uint32(len(message)))
	return 0
}
