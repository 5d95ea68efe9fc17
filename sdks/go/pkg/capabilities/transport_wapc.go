//go:build wasip1 && wapc

package capabilities

import "github.com/kubewarden/policy-sdk-go/wapc"

// HasHost tells whether the policy runs in a host.
const HasHost = true

type transport struct{}

func (transport) HostCall(binding, namespace, operation string, payload []byte) ([]byte, error) {
	return wapc.HostCall(binding, namespace, operation, payload)
}
