package main

import (
	"strings"
	"testing"
)

func TestARegistryMustBeNamed(t *testing.T) {
	for settings, expected := range map[string]string{
		`{"registries": ["ghcr.io/acme"]}`: `{"valid":true}`,
		`{"registries": []}`:               `{"valid":false,"message":"registries: name at least one registry"}`,
		`{}`:                               `{"valid":false,"message":"registries: name at least one registry"}`,
		`{"registries": "ghcr.io"}`:        `cannot decode the settings: `,
	} {
		answer, err := validateSettings([]byte(settings))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(answer), expected) {
			t.Errorf("%s: expected %s, got %s", settings, expected, answer)
		}
	}
}

func TestNamesOfRegistriesAreTakenWhole(t *testing.T) {
	settings := settings{Registries: []string{"ghcr.io/acme", "registry.example.com"}}
	for image, expected := range map[string]bool{
		"ghcr.io/acme/web":                   true,
		"registry.example.com/shop/web:1":    true,
		"registry.example.com.evil.test/web": false,
		"ghcr.io/acme-evil/web":              false,
		"nginx":                              false,
	} {
		if settings.trust(image) != expected {
			t.Errorf("%s: expected %t", image, expected)
		}
	}
}
