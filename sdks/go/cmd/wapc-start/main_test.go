package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// module has a section that is left alone, and the exports of two functions.
func module(first, second string) string {
	exports := "\x02" + string(rune(len(first))) + first + "\x00\x05" + string(rune(len(second))) + second + "\x00\x06"
	return string(header) + "\x00\x02\x01x" + "\x07" + string(rune(len(exports))) + exports
}

func TestRename(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.wasm")
	require.NoError(t, os.WriteFile(path, []byte(module("_initialize", "__guest_call")), 0o600))
	require.NoError(t, rewrite(path))
	renamed, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, module("_start", "__guest_call"), string(renamed))
}

func TestModulesThatCannotBeRenamed(t *testing.T) {
	whole := module("_initialize", "b")
	for module, message := range map[string]string{
		"#!/bin/sh":                     "not a WebAssembly module",
		string(header):                  "no export _initialize",
		module("a", "b"):                "no export _initialize",
		module("_initialize", "_start"): "there is an export _start already",
		whole[:len(whole)-1]:            "the module ends too early",
		string(header) + "\x07\x01\x01": "the module ends too early",
		string(header) + "\x07\x00":     "the module ends too early",
		string(header) + "\x07":         "the module ends too early",
	} {
		_, err := renameExport([]byte(module), "_initialize", "_start")
		assert.ErrorContains(t, err, message, "%q", module)
	}
	assert.ErrorContains(t, rewrite(filepath.Join(t.TempDir(), "none.wasm")), "no such file")
}
