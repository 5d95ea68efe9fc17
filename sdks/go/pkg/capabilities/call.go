package capabilities

import (
	"encoding/json"
	"fmt"
)

// Call encodes a request as JSON and sends it to an operation of the host. Errors of the host are passed on with the
// text that it gave. The packages of the capabilities are built on it; use it for operations that have none.
func Call(h *Host, namespace, operation string, request any) ([]byte, error) {
	payload, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("cannot encode the request of %s/%s: %w", namespace, operation, err)
	}
	if h == nil || h.Client == nil {
		return nil, fmt.Errorf("%s/%s: the host has no client", namespace, operation)
	}
	return h.Client.HostCall("kubewarden", namespace, operation, payload)
}

// CallAs is [Call] with a decoded response.
func CallAs[T any](h *Host, namespace, operation string, request any) (T, error) {
	var response T
	encoded, err := Call(h, namespace, operation, request)
	if err != nil {
		return response, err
	}
	if err := json.Unmarshal(encoded, &response); err != nil {
		return response, fmt.Errorf("cannot decode the response of %s/%s: %w", namespace, operation, err)
	}
	return response, nil
}
