//go:build wasip1 && wapc

package guest

import "github.com/kubewarden/policy-sdk-go/wapc"

// Run makes the handlers those of the policy.
func Run(handlers Handlers) {
	wapc.RegisterFunction("validate", handlers.Validate)
	wapc.RegisterFunction("validate_settings", handlers.settings())
}
