// Package capabilities asks the host of a policy for what a policy cannot do by itself. The packages below it have a
// function for each capability:
//
//	host := capabilities.NewHost()
//	addresses, err := net.LookupHost(&host, "example.com")
//
// In tests the client of the host is replaced: by a mock of package mocks, or by a recorded session of package
// testing.
package capabilities

// WapcClient calls the host, whichever way the ABI of the policy has for that.
type WapcClient interface {
	HostCall(binding, namespace, operation string, payload []byte) (response []byte, err error)
}

// Host is the host of the policy.
type Host struct {
	Client WapcClient
}

// NewHost is the host that the policy runs in. Outside of WebAssembly there is none: all calls fail until Client is
// replaced.
func NewHost() Host {
	return Host{Client: transport{}}
}
