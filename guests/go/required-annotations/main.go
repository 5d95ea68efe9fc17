// A WASI command that wants annotations on every object: it adds those that are missing and rejects an object that
// has one with another value.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

type settings struct {
	RequiredAnnotations map[string]string `json:"requiredAnnotations"`
}

type review struct {
	Request struct {
		Object map[string]any `json:"object"`
	} `json:"request"`
	Settings settings `json:"settings"`
}

type response struct {
	Accepted      bool           `json:"accepted"`
	Message       string         `json:"message,omitempty"`
	Code          int            `json:"code,omitempty"`
	MutatedObject map[string]any `json:"mutated_object,omitempty"`
	Warnings      []string       `json:"warnings,omitempty"`
}

type settingsResponse struct {
	Valid   bool   `json:"valid"`
	Message string `json:"message,omitempty"`
}

func main() {
	if err := run(os.Args, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("usage: policy.wasm validate|validate-settings")
	}
	input, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("cannot read the input: %w", err)
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	switch args[1] {
	case "validate":
		var review review
		if err := decode(input, &review); err != nil {
			return fmt.Errorf("cannot decode the review: %w", err)
		}
		return encoder.Encode(validate(review.Request.Object, review.Settings.RequiredAnnotations))
	case "validate-settings":
		var settings settings
		if err := decode(input, &settings); err != nil {
			return fmt.Errorf("cannot decode the settings: %w", err)
		}
		return encoder.Encode(validateSettings(settings))
	default:
		return fmt.Errorf("no such operation: %s", args[1])
	}
}

// decode keeps numbers as they are written: a float64 would change large ones in the mutated object.
func decode(input []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(input))
	decoder.UseNumber()
	return decoder.Decode(into)
}

func validate(object map[string]any, required map[string]string) response {
	if object == nil {
		return response{Accepted: true} // a DELETE
	}
	metadata := member(object, "metadata")
	annotations := member(metadata, "annotations")
	var warnings []string
	for _, name := range slices.Sorted(maps.Keys(required)) {
		switch annotations[name] {
		case required[name]:
		case nil:
			annotations[name] = required[name]
			warnings = append(warnings, "annotation "+name+" added")
		default:
			return response{Message: fmt.Sprintf("annotation %s must be %q", name, required[name]), Code: 400}
		}
	}
	if warnings == nil {
		return response{Accepted: true}
	}
	metadata["annotations"] = annotations
	object["metadata"] = metadata
	return response{Accepted: true, MutatedObject: object, Warnings: warnings}
}

// member is object[name] if that is an object, else a new one.
func member(object map[string]any, name string) map[string]any {
	if value, ok := object[name].(map[string]any); ok {
		return value
	}
	return map[string]any{}
}

func validateSettings(settings settings) settingsResponse {
	if len(settings.RequiredAnnotations) == 0 {
		return settingsResponse{Message: "requiredAnnotations must name at least one annotation"}
	}
	return settingsResponse{Valid: true}
}
