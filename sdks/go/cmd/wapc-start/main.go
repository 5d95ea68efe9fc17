// Wapc-start renames the export _initialize of a waPC policy to _start.
//
// Go makes reactors, which are started with _initialize. Hosts that only know _start, as the original policy server,
// never start them; all other hosts run the renamed module just the same.
//
// usage: wapc-start POLICY.wasm
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: wapc-start POLICY.wasm")
		os.Exit(2)
	}
	if err := rewrite(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

func rewrite(path string) error {
	module, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	renamed, err := renameExport(module, "_initialize", "_start")
	if err != nil {
		return err
	}
	return os.WriteFile(path, renamed, 0o644)
}

const exportSection = 7

var (
	header       = []byte("\x00asm\x01\x00\x00\x00")
	errTruncated = errors.New("the module ends too early")
)

// renameExport is a copy of a module with another name for one of its exports. Other sections stay as they are.
func renameExport(module []byte, from, to string) ([]byte, error) {
	if !bytes.HasPrefix(module, header) {
		return nil, errors.New("not a WebAssembly module")
	}
	renamed := bytes.Clone(header)
	isRenamed := false
	for rest := module[len(header):]; len(rest) > 0; {
		id := rest[0]
		content, after, err := vector(rest[1:])
		if err != nil {
			return nil, err
		}
		if id == exportSection {
			if content, isRenamed, err = renameIn(content, from, to); err != nil {
				return nil, err
			}
		}
		renamed = append(renamed, id)
		renamed = appendVector(renamed, content)
		rest = after
	}
	if !isRenamed {
		return nil, fmt.Errorf("no export %s: build the policy with -tags wapc -buildmode=c-shared", from)
	}
	return renamed, nil
}

func renameIn(exports []byte, from, to string) (renamed []byte, isRenamed bool, err error) {
	count, read := binary.Uvarint(exports)
	if read <= 0 {
		return nil, false, errTruncated
	}
	renamed = binary.AppendUvarint(nil, count)
	rest := exports[read:]
	for range count {
		name, after, err := vector(rest)
		if err != nil {
			return nil, false, err
		}
		if len(after) == 0 {
			return nil, false, errTruncated
		}
		_, read := binary.Uvarint(after[1:])
		if read <= 0 {
			return nil, false, errTruncated
		}
		switch string(name) {
		case to:
			return nil, false, fmt.Errorf("there is an export %s already", to)
		case from:
			name, isRenamed = []byte(to), true
		}
		renamed = appendVector(renamed, name)
		renamed = append(renamed, after[:1+read]...)
		rest = after[1+read:]
	}
	return renamed, isRenamed, nil
}

// vector splits what begins with a vector of bytes: a length, and as many bytes.
func vector(data []byte) (content, rest []byte, err error) {
	length, read := binary.Uvarint(data)
	if read <= 0 || length > uint64(len(data)-read) {
		return nil, nil, errTruncated
	}
	end := read + int(length)
	return data[read:end], data[end:], nil
}

func appendVector(data, content []byte) []byte {
	return append(binary.AppendUvarint(data, uint64(len(content))), content...)
}
