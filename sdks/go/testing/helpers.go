// Package testing makes the input of a policy for its tests, and plays the host from a recorded session.
package testing

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/kubewarden/policy-sdk-go/protocol"
)

// BuildValidationRequestFromFixture is the input of validate for a request that is read from a file: the request
// alone, as in the field request of an AdmissionReview. Settings are anything that encoding/json can encode.
func BuildValidationRequestFromFixture(reqFixture string, settings interface{}) ([]byte, error) {
	fixture, err := os.ReadFile(reqFixture)
	if err != nil {
		return nil, fmt.Errorf("cannot read the request: %w", err)
	}
	if !json.Valid(fixture) {
		return nil, fmt.Errorf("cannot decode the request: %s is not JSON", reqFixture)
	}
	return buildPayload(json.RawMessage(fixture), settings)
}

// BuildValidationRequest is the input of validate for a request that has an object and nothing else: no kind, no
// operation, no user.
func BuildValidationRequest(object, settings interface{}) ([]byte, error) {
	encoded, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("cannot encode the object: %w", err)
	}
	return buildPayload(protocol.KubernetesAdmissionRequest{Object: encoded}, settings)
}

// BuildRequest is the input of validate for any request: a protocol.KubernetesAdmissionRequest, or the request of a
// raw policy.
func BuildRequest(request, settings any) ([]byte, error) {
	return buildPayload(request, settings)
}

func buildPayload(request, settings any) ([]byte, error) {
	payload, err := json.Marshal(map[string]any{"request": request, "settings": settings})
	if err != nil {
		return nil, fmt.Errorf("cannot encode the input: %w", err)
	}
	return payload, nil
}
