// Cel-policy judges requests by expressions in the Common Expression Language that are in its settings.
package main

import (
	"github.com/kubewarden/policy-sdk-go/guest"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"kubewarden.example/policies/cel-policy/internal/environment"
	"kubewarden.example/policies/cel-policy/internal/evaluation"
	"kubewarden.example/policies/cel-policy/internal/settings"
)

// base is made, and used once, while the module is initialised: a host does that once for many requests.
var base = environment.MustNewBase(capabilities.NewHost())

func main() {
	guest.Run(guest.Handlers{
		Validate: func(payload []byte) ([]byte, error) {
			return evaluation.Validate(base, payload)
		},
		ValidateSettings: func(payload []byte) ([]byte, error) {
			return settings.Validate(base, payload)
		},
	})
}
