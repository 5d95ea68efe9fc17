// Package sdk makes the answers of Kubewarden policies, and finds and replaces the pod specs of workloads.
//
// A policy is two functions, from bytes to bytes. Package guest runs them, whichever of the two ABIs the policy is
// built for:
//
//	func main() {
//		guest.Run(guest.Handlers{Validate: validate, ValidateSettings: validateSettings})
//	}
package sdk

import (
	"encoding/json"
	"fmt"

	"github.com/kubewarden/policy-sdk-go/protocol"
)

// Message is a text of a response.
type Message string

// Code is the HTTP status of a rejection.
type Code uint16

const (
	// NoMessage is for responses without a message.
	NoMessage Message = ""
	// NoCode is for responses without a code: the host sends its own.
	NoCode Code = 0
)

// An Option adds something to the response to a request.
type Option func(*protocol.ValidationResponse)

// WithWarnings adds warnings, which are shown to the user. The API server cuts what is longer than 256 characters.
func WithWarnings(warnings ...string) Option {
	return func(response *protocol.ValidationResponse) {
		response.Warnings = append(response.Warnings, warnings...)
	}
}

// WithAuditAnnotations adds annotations for the audit log of the API server. Later annotations of the same name
// replace earlier ones.
func WithAuditAnnotations(annotations map[string]string) Option {
	return func(response *protocol.ValidationResponse) {
		if response.AuditAnnotations == nil {
			response.AuditAnnotations = map[string]string{}
		}
		for name, value := range annotations {
			response.AuditAnnotations[name] = value
		}
	}
}

// AcceptRequest is the response that accepts a request as it is.
func AcceptRequest(options ...Option) ([]byte, error) {
	return respond(protocol.ValidationResponse{Accepted: true}, options)
}

// RejectRequest is the response that rejects a request.
//
// The message is for the user, the code is an HTTP status; NoMessage and NoCode leave them out.
func RejectRequest(message Message, code Code, options ...Option) ([]byte, error) {
	response := protocol.ValidationResponse{Message: text(message)}
	if code != NoCode {
		status := uint16(code)
		response.Code = &status
	}
	return respond(response, options)
}

// MutateRequest is the response that accepts a request with another object in the place of its own: anything that
// encoding/json can encode. Fields that are missing from newObject are removed, so start with everything that the
// request has, not with a type that knows only some of it.
func MutateRequest(newObject interface{}, options ...Option) ([]byte, error) {
	return respond(protocol.ValidationResponse{Accepted: true, MutatedObject: newObject}, options)
}

// AcceptSettings is the response that finds settings valid.
func AcceptSettings() ([]byte, error) {
	return encode(protocol.SettingsValidationResponse{Valid: true})
}

// RejectSettings is the response that finds settings invalid; the message tells why.
func RejectSettings(message Message) ([]byte, error) {
	return encode(protocol.SettingsValidationResponse{Message: text(message)})
}

func respond(response protocol.ValidationResponse, options []Option) ([]byte, error) {
	for _, option := range options {
		option(&response)
	}
	return encode(response)
}

func encode(response any) ([]byte, error) {
	encoded, err := json.Marshal(response)
	if err != nil {
		return nil, fmt.Errorf("cannot encode the response: %w", err)
	}
	return encoded, nil
}

func text(message Message) *string {
	if message == NoMessage {
		return nil
	}
	text := string(message)
	return &text
}
