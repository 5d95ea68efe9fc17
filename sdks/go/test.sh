#!/bin/sh
# Tests the SDK, and the policies of the library that are written in Go, with Go's own compiler, 1.26 or newer: vet and
# tests natively, vet for both ABIs, and the example of the SDK as a module of each.
#
# usage: test.sh [OUT]
#
#   OUT   where the modules go (default: a folder that is removed)
set -eu
cd "$(dirname "$0")"
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
out=$(realpath -m "${1:-$build}")
mkdir -p "$out"
export GOFLAGS=-trimpath

policies=../../policies/cel-policy

unformatted=$(gofmt -l . $policies)
[ -z "$unformatted" ] || { echo "not formatted: $unformatted" >&2; exit 1; }

go vet ./...
go test ./...
(cd wapc-guest-tinygo && go vet ./...)
for policy in $policies; do (cd "$policy" && go vet ./... && go test ./...); done

export GOOS=wasip1 GOARCH=wasm
go vet ./...
go vet -tags wapc ./...
(cd wapc-guest-tinygo && go vet -tags wapc ./...)

example=./examples/image-digests
go build -ldflags='-s -w' -o "$out/image-digests.wasi.wasm" $example
go build -ldflags='-s -w' -tags wapc -buildmode=c-shared -o "$out/image-digests.wapc.wasm" $example
cp "$out/image-digests.wapc.wasm" "$out/image-digests.start.wasm"
GOOS= GOARCH= go run ./cmd/wapc-start "$out/image-digests.start.wasm"
ls -l "$out"
