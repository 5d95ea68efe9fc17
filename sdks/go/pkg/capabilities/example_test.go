package capabilities_test

import (
	"fmt"

	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/net"
)

// nameServer is a host for the example.
type nameServer struct{}

func (nameServer) HostCall(_, _, _ string, _ []byte) ([]byte, error) {
	return []byte(`{"ips":["192.0.2.1"]}`), nil
}

func Example() {
	host := capabilities.NewHost()
	host.Client = nameServer{} // tests only
	addresses, err := net.LookupHost(&host, "example.com")
	fmt.Println(addresses, err)
	// Output: [192.0.2.1] <nil>
}

func ExampleCallAs() {
	host := capabilities.Host{Client: nameServer{}}
	response, err := capabilities.CallAs[map[string][]string](&host, "net", "v1/dns_lookup_host", "example.com")
	fmt.Println(response["ips"], err)
	// Output: [192.0.2.1] <nil>
}
