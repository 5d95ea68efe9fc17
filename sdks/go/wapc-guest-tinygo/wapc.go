// Package wapc has the API of the waPC guest library for TinyGo, on the standard Go toolchain: policies that were
// written for TinyGo build with
//
//	replace github.com/wapc/wapc-guest-tinygo => …/sdks/go/wapc-guest-tinygo
//
// and GOOS=wasip1 GOARCH=wasm go build -tags wapc -buildmode=c-shared.
package wapc

import "github.com/kubewarden/policy-sdk-go/wapc"

// Function answers an operation.
type Function func(payload []byte) ([]byte, error)

// Functions are functions by the names of their operations.
type Functions map[string]Function

// HostError is what the host said when it refused or failed a call.
type HostError = wapc.HostError

// RegisterFunction makes a function answer an operation.
func RegisterFunction(name string, fn Function) {
	wapc.RegisterFunction(name, wapc.Function(fn))
}

// RegisterFunctions makes functions answer their operations.
func RegisterFunctions(functions Functions) {
	for name, function := range functions {
		RegisterFunction(name, function)
	}
}

// HostCall calls an operation of the host.
func HostCall(binding, namespace, operation string, payload []byte) ([]byte, error) {
	return wapc.HostCall(binding, namespace, operation, payload)
}

// ConsoleLog writes a line to the console of the host.
func ConsoleLog(msg string) {
	wapc.ConsoleLog(msg)
}
