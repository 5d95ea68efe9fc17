//go:build !(wasip1 && wapc)

package wapc

import (
	"fmt"
	"os"
)

// HostCall fails: only policies that are built for waPC have such a host.
func HostCall(_, namespace, operation string, _ []byte) ([]byte, error) {
	return nil, &HostError{Message: fmt.Sprintf("%s/%s: the policy is not built for waPC (-tags wapc)", namespace, operation)}
}

// ConsoleLog writes a line to stderr.
func ConsoleLog(message string) {
	fmt.Fprintln(os.Stderr, message)
}
