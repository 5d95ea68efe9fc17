package main

import (
	"encoding/json"
	"fmt"
	"strings"

	sdk "github.com/kubewarden/policy-sdk-go"
)

// settings are what operators may set.
type settings struct {
	// Registries that images may come from, such as ghcr.io/acme.
	Registries []string `json:"registries"`
}

func decodeSettings(payload []byte) (settings, error) {
	var decoded settings
	if err := json.Unmarshal(payload, &decoded); err != nil {
		return decoded, fmt.Errorf("cannot decode the settings: %w", err)
	}
	return decoded, nil
}

// validateSettings tells whether settings are valid: payload is their JSON.
func validateSettings(payload []byte) ([]byte, error) {
	settings, err := decodeSettings(payload)
	if err != nil {
		return sdk.RejectSettings(sdk.Message(err.Error()))
	}
	if len(settings.Registries) == 0 {
		return sdk.RejectSettings("registries: name at least one registry")
	}
	return sdk.AcceptSettings()
}

// trust tells whether an image comes from one of the registries.
func (s settings) trust(image string) bool {
	for _, registry := range s.Registries {
		if strings.HasPrefix(image, registry+"/") {
			return true
		}
	}
	return false
}
