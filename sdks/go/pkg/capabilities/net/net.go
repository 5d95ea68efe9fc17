// Package net asks the host about the network.
package net

import "github.com/kubewarden/policy-sdk-go/pkg/capabilities"

// LookupHostResponse is the answer of the host.
type LookupHostResponse struct {
	Ips []string `json:"ips"`
}

// LookupHost resolves the name of a host to its IP addresses, by DNS.
func LookupHost(h *capabilities.Host, host string) ([]string, error) {
	response, err := capabilities.CallAs[LookupHostResponse](h, "net", "v1/dns_lookup_host", host)
	return response.Ips, err
}
