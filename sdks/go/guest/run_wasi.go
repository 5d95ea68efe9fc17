//go:build !(wasip1 && wapc)

package guest

import (
	"fmt"
	"os"
)

// Run answers one operation: its name is the argument of the program, its input is read from stdin, its answer is
// written to stdout. Errors go to stderr, and the exit code is then 1.
func Run(handlers Handlers) {
	if err := handlers.run(os.Args, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
