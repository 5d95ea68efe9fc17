#!/bin/sh
# Builds the AssemblyScript guests with the compiler that `npm ci` installs here.
#
# usage: build.sh [OUT]
set -eu
out=$(realpath -m "${1:-$(dirname "$0")}")
cd "$(dirname "$0")"
export PATH="$PWD/../../node_modules/.bin:$PATH" # Node 24 of the project
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
mkdir -p "$out"

[ -x node_modules/.bin/asc ] || npm ci --silent
node_modules/.bin/asc assembly/pod-privileged.ts --config asconfig.json --outFile "$build/pod-privileged.wasm"
node ../annotate.ts "$build/pod-privileged.wasm" "$out/pod-privileged.wasm" metadata.yml
