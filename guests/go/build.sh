#!/bin/sh
# Builds the Go guests with Go's own compiler, 1.24 or newer.
#
# usage: build.sh [OUT]
set -eu
out=$(realpath -m "${1:-$(dirname "$0")}")
cd "$(dirname "$0")"
export PATH="$PWD/../../node_modules/.bin:$PATH" # Node 24 of the project
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
mkdir -p "$out"

build() { # policy flags…
  policy=$1
  shift
  GOOS=wasip1 GOARCH=wasm go build -trimpath -ldflags='-s -w' "$@" -o "$build/$policy.wasm" "./$policy"
  node ../annotate.ts "$build/$policy.wasm" "$out/$policy.wasm" "$policy/metadata.yml"
}

build required-annotations
# a reactor: `_initialize` starts the runtime, `__guest_call` stays callable
build pod-privileged -buildmode=c-shared
