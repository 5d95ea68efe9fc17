package guest

import (
	"errors"
	"fmt"
	"io"

	"github.com/kubewarden/policy-sdk-go/internal/handler"
)

// run is a policy as a program. The input is read to its end before the handler starts, since answers of the host
// come over stdin as well.
func (h Handlers) run(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("usage: policy.wasm validate|validate-settings")
	}
	var operation Handler
	switch args[1] {
	case "validate":
		operation = h.Validate
	case "validate-settings":
		operation = h.settings()
	default:
		return fmt.Errorf("no such operation: %s", args[1])
	}
	input, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("cannot read the input: %w", err)
	}
	answer, err := handler.Call(operation, input)
	if err != nil {
		return err
	}
	if _, err := out.Write(answer); err != nil {
		return fmt.Errorf("cannot write the answer: %w", err)
	}
	return nil
}
