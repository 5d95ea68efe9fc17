package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kubewarden/policy-sdk-go/protocol"
	sdktesting "github.com/kubewarden/policy-sdk-go/testing"
)

var trusted = settings{Registries: []string{"registry.example.com"}}

// judge runs the policy as its host does.
func judge(t *testing.T, request string, settings any) protocol.ValidationResponse {
	t.Helper()
	payload, err := sdktesting.BuildValidationRequestFromFixture("test_data/"+request+".json", settings)
	if err != nil {
		t.Fatal(err)
	}
	var answer strings.Builder
	if err := run([]string{"policy.wasm", "validate"}, strings.NewReader(string(payload)), &answer); err != nil {
		t.Fatal(err)
	}
	var response protocol.ValidationResponse
	if err := json.Unmarshal([]byte(answer.String()), &response); err != nil {
		t.Fatal(err)
	}
	return response
}

func TestImagesOfTrustedRegistriesAreAccepted(t *testing.T) {
	if response := judge(t, "pod-trusted", trusted); !response.Accepted {
		t.Errorf("rejected: %s", *response.Message)
	}
}

func TestAnImageOfAnotherRegistryIsRejected(t *testing.T) {
	response := judge(t, "pod-untrusted", trusted)
	if response.Accepted {
		t.Fatal("accepted")
	}
	expected := "these containers have images of untrusted registries: web (nginx)"
	if *response.Message != expected {
		t.Errorf("expected %q, got %q", expected, *response.Message)
	}
}

func TestAllContainersCount(t *testing.T) {
	payload := `{"request": {"kind": {"kind": "Pod"}, "object": {"spec": {
		"initContainers": [{"name": "a", "image": "1"}],
		"containers": [{"name": "b", "image": "2"}, {"name": "c"}],
		"ephemeralContainers": [{"name": "d", "image": "3"}]
	}}}, "settings": {"registries": ["registry.example.com"]}}`
	answer, err := validate([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(answer), ": a (1), b (2), c (), d (3)") {
		t.Errorf("a container is missing: %s", answer)
	}
}

func TestAnObjectThatHasNoContainersIsRejected(t *testing.T) {
	answer, err := validate([]byte(`{"request": {"kind": {"kind": "Service"}, "object": {}}, "settings": {}}`))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(answer), "object should be one of these kinds: ") {
		t.Errorf("another answer is expected: %s", answer)
	}
}

func TestWhatCannotBeDecodedIsAnError(t *testing.T) {
	for _, input := range []string{`{`, `{"request": {}, "settings": []}`} {
		if _, err := validate([]byte(input)); err == nil {
			t.Errorf("no error for %s", input)
		}
	}
}

func TestAnUnknownOperationIsAnError(t *testing.T) {
	if err := run([]string{"policy.wasm", "mutate"}, strings.NewReader(""), &strings.Builder{}); err == nil {
		t.Error("no error")
	}
}
