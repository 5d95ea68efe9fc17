#!/bin/sh
# Builds the C guests with Debian's clang-19, lld-19, wasi-libc and libclang-rt-19-dev-wasm32.
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
  "${CC:-clang-19}" --target=wasm32-wasi --sysroot=/usr -isystem /usr/include/wasm32-wasi -std=gnu17 -Os \
    -Wall -Wextra -Werror -Wl,--strip-all "$@" "$policy.c" json.c -o "$build/$policy.wasm"
  node ../annotate.ts "$build/$policy.wasm" "$out/$policy.wasm" "$policy.metadata.yml"
}

# no entry point at all, as the Rust SDK's guests: nothing to call before the first review
build sleeping -nostartfiles -Wl,--no-entry
build host-network
build pinned-images -mexec-model=reactor
