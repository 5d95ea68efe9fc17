// The policy as a WASI program: the operation is its argument, the input comes over stdin, the answer goes to stdout.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	operations := map[string]func([]byte) ([]byte, error){
		"validate":          validate,
		"validate-settings": validateSettings,
	}
	if len(args) != 2 || operations[args[1]] == nil {
		return errors.New("usage: policy.wasm validate|validate-settings")
	}
	// All of it, before the policy may ask its host something: the answer comes over stdin, too.
	input, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("cannot read the input: %w", err)
	}
	answer, err := operations[args[1]](input)
	if err != nil {
		return err
	}
	_, err = out.Write(answer)
	return err
}
