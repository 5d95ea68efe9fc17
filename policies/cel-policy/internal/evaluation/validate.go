// Package evaluation judges requests.
package evaluation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	sdk "github.com/kubewarden/policy-sdk-go"
	"kubewarden.example/policies/cel-policy/internal/environment"
	"kubewarden.example/policies/cel-policy/internal/settings"
)

// Validate answers whether a request is accepted. An expression that fails while it is evaluated is an error,
// whatever the failure policy is.
func Validate(base *environment.Base, payload []byte) ([]byte, error) {
	var input struct {
		Request  json.RawMessage   `json:"request"`
		Settings settings.Settings `json:"settings"`
	}
	if err := json.Unmarshal(payload, &input); err != nil {
		return sdk.RejectRequest(sdk.Message(fmt.Sprintf("Error deserializing validation request: %v", err)), 400)
	}
	request, err := decodeRequest(input.Request)
	if err != nil {
		return sdk.RejectRequest(sdk.Message(fmt.Sprintf("Error deserializing request: %v", err)), 400)
	}
	policy, err := compile(base, input.Settings)
	if err != nil {
		return nil, err
	}
	params := []any{nil}
	if reference := input.Settings.ParamRef; reference != nil {
		found, err := findParams(&base.Host, input.Settings.ParamKind, reference, request.namespace)
		if err != nil {
			return withoutParams(input.Settings, err)
		}
		params = found
	}
	namespace := request.lazyNamespace(&base.Host)
	for _, param := range params {
		scope := policy.scope(request, namespace)
		if input.Settings.ParamRef != nil {
			scope.names[environment.Params] = param
		}
		rejection, err := policy.judge(scope)
		if rejection != nil || err != nil {
			return rejection, err
		}
	}
	return sdk.AcceptRequest()
}

func withoutParams(settings_ settings.Settings, err error) ([]byte, error) {
	if settings_.FailurePolicy == settings.Ignore || settings_.ParamRef.ParameterNotFoundAction == settings.Allow {
		return sdk.AcceptRequest()
	}
	return sdk.RejectRequest(sdk.Message(fmt.Sprintf("failed to get params for performing policy evaluation: %v", err)), 400)
}

// admissionRequest is a request as expressions see it.
type admissionRequest struct {
	whole             map[string]any
	object, oldObject any
	namespace         string
}

func decodeRequest(encoded json.RawMessage) (admissionRequest, error) {
	var request admissionRequest
	if len(encoded) == 0 || bytes.Equal(encoded, []byte("null")) {
		return request, errors.New("there is none")
	}
	if err := json.Unmarshal(encoded, &request.whole); err != nil {
		return request, err
	}
	request.object = request.whole["object"]
	request.oldObject = request.whole["oldObject"]
	if request.oldObject == nil {
		request.oldObject = map[string]any{}
	}
	request.namespace, _ = request.whole["namespace"].(string)
	return request, nil
}

// namespaceOfObject is what namespaceObject is about: the namespace of the object, which is missing from a DELETE.
func (r admissionRequest) namespaceOfObject() string {
	object, isObject := r.object.(map[string]any)
	if !isObject {
		return r.namespace
	}
	metadata, _ := object["metadata"].(map[string]any)
	namespace, _ := metadata["namespace"].(string)
	return namespace
}
