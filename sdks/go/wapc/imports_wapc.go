//go:build wasip1 && wapc

package wapc

import (
	"runtime"
	"unsafe"
)

//go:wasmimport wapc __guest_request
func guestRequest(operation, payload unsafe.Pointer)

//go:wasmimport wapc __guest_response
func guestResponse(text unsafe.Pointer, length uint32)

//go:wasmimport wapc __guest_error
func guestError(text unsafe.Pointer, length uint32)

//go:wasmimport wapc __host_call
func hostCall(
	binding unsafe.Pointer, bindingLength uint32,
	namespace unsafe.Pointer, namespaceLength uint32,
	operation unsafe.Pointer, operationLength uint32,
	payload unsafe.Pointer, payloadLength uint32,
) uint32

//go:wasmimport wapc __host_response_len
func hostResponseLength() uint32

//go:wasmimport wapc __host_response
func hostResponse(into unsafe.Pointer)

//go:wasmimport wapc __host_error_len
func hostErrorLength() uint32

//go:wasmimport wapc __host_error
func hostError(into unsafe.Pointer)

//go:wasmimport wapc __console_log
func consoleLog(text unsafe.Pointer, length uint32)

//go:linkname mainMain main.main
func mainMain()

var isStarted bool

//go:wasmexport __guest_call
func guestCall(operationLength, payloadLength uint32) uint32 {
	if !isStarted {
		isStarted = true
		mainMain()
	}
	operation, payload := buffer(operationLength), buffer(payloadLength)
	guestRequest(pointer(operation), pointer(payload))
	response, err := answer(string(operation), payload)
	if err != nil {
		message := []byte(err.Error())
		guestError(pointer(message), uint32(len(message)))
		runtime.KeepAlive(message)
		return 0
	}
	guestResponse(pointer(response), uint32(len(response)))
	runtime.KeepAlive(response)
	return 1
}

// HostCall calls an operation of the host. Its errors are of type *HostError.
func HostCall(binding, namespace, operation string, payload []byte) ([]byte, error) {
	succeeded := hostCall(
		unsafe.Pointer(unsafe.StringData(binding)), uint32(len(binding)),
		unsafe.Pointer(unsafe.StringData(namespace)), uint32(len(namespace)),
		unsafe.Pointer(unsafe.StringData(operation)), uint32(len(operation)),
		pointer(payload), uint32(len(payload)),
	)
	if succeeded != 1 {
		message := buffer(hostErrorLength())
		hostError(pointer(message))
		return nil, &HostError{Message: string(message)}
	}
	response := buffer(hostResponseLength())
	hostResponse(pointer(response))
	return response, nil
}

// ConsoleLog writes a line to the console of the host. Entries that operators are to see are better logged with the
// SDK's log handler.
func ConsoleLog(message string) {
	consoleLog(unsafe.Pointer(unsafe.StringData(message)), uint32(len(message)))
}

// buffer has a first element even when its length is 0, so that the host is always given an address of its own.
func buffer(length uint32) []byte {
	return make([]byte, length, length+1)
}

func pointer(data []byte) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(data))
}
