#!/bin/sh
# Builds the Rust guests with Debian's compiler: rustc-web, cargo-web, rust-web-src, lld-19, wasi-libc.
# Debian ships no standard library for wasm32, so it is built from the matching sources (about a minute, once).
#
# usage: build.sh [OUT]
set -eu
out=$(realpath -m "${1:-$(dirname "$0")}")
cd "$(dirname "$0")"
export PATH="$PWD/../../node_modules/.bin:$PATH" # Node 24 of the project
mkdir -p "$out"
# -Zbuild-std is the only unstable option in use; the sources are those of this very compiler.
export RUSTC_BOOTSTRAP=1 RUSTC="${RUSTC:-/usr/bin/rustc}"
cargo=${CARGO:-/usr/bin/cargo}

build() { # policy target std
  # the paths in panic messages must not depend on where this is built
  "$cargo" build --quiet --release --locked --package "$1" --target "$2" "-Zbuild-std=$3" --config \
    "target.$2.rustflags = ['--remap-path-prefix=$PWD=.', '--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo']"
  node ../annotate.ts "target/$2/release/$(echo "$1" | tr - _).wasm" "$out/$1.wasm" "$1/metadata.yml"
}

build pod-privileged wasm32-unknown-unknown core
build raw-mutation wasm32-wasip1 std,panic_abort
build context-aware wasm32-wasip1 std,panic_abort
