package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "github.com/kubewarden/k8s-objects/api/core/v1"
	sdk "github.com/kubewarden/policy-sdk-go"
	"github.com/kubewarden/policy-sdk-go/protocol"
)

// validate judges a request: payload is the JSON of a protocol.ValidationRequest.
func validate(payload []byte) ([]byte, error) {
	var request protocol.ValidationRequest
	if err := json.Unmarshal(payload, &request); err != nil {
		return nil, fmt.Errorf("cannot decode the request: %w", err)
	}
	settings, err := decodeSettings(request.Settings)
	if err != nil {
		return nil, err
	}
	podSpec, err := sdk.ExtractPodSpecFromObject(request)
	if err != nil {
		return sdk.RejectRequest(sdk.Message(err.Error()), sdk.NoCode)
	}
	var untrusted []string
	for _, container := range containersOf(podSpec) {
		if !settings.trust(container.image) {
			untrusted = append(untrusted, fmt.Sprintf("%s (%s)", container.name, container.image))
		}
	}
	if untrusted == nil {
		return sdk.AcceptRequest()
	}
	message := "these containers have images of untrusted registries: " + strings.Join(untrusted, ", ")
	return sdk.RejectRequest(sdk.Message(message), sdk.NoCode)
}

type container struct{ name, image string }

// containersOf are all containers: init containers, containers, ephemeral containers.
func containersOf(podSpec corev1.PodSpec) []container {
	var found []container
	for _, each := range slices.Concat(podSpec.InitContainers, podSpec.Containers) {
		found = append(found, container{text(each.Name), each.Image})
	}
	for _, each := range podSpec.EphemeralContainers {
		found = append(found, container{text(each.Name), each.Image})
	}
	return found
}

func text(pointer *string) string {
	if pointer == nil {
		return ""
	}
	return *pointer
}
