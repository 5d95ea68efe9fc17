//go:build !wasip1

package capabilities

import "fmt"

// HasHost tells whether the policy runs in a host.
const HasHost = false

type transport struct{}

func (transport) HostCall(_, namespace, operation string, _ []byte) ([]byte, error) {
	return nil, fmt.Errorf("%s/%s: there is no host outside of WebAssembly, replace its client in tests",
		namespace, operation)
}
