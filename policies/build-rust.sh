#!/bin/sh
# Compiles the policies of the library that are written in Rust, and annotates them with metadata and README.
#
# usage: build-rust.sh [OUT]
#
#   OUT   where the modules go, in folders of the policies' names (default: beside their sources)
#
# Uses Debian's compiler: rustc-web, cargo-web, rust-web-src, lld-19, wasi-libc. It comes without standard library for
# wasm32, so that one is built from the matching sources (about a minute, once).
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=$(realpath -m "${1:-$here}")
export PATH="$here/../node_modules/.bin:$PATH" # Node 24 of the project
# -Zbuild-std is the only unstable option in use; the sources are those of this very compiler.
export RUSTC_BOOTSTRAP=1 RUSTC="${RUSTC:-/usr/bin/rustc}"

# annotations are made with the project's own code
(cd "$here/.." && tsc -b packages/policy)

for manifest in "$here"/*/Cargo.toml; do
  folder=$(dirname "$manifest")
  policy=$(basename "$folder")
  cd "$folder"
  # the paths in panic messages must not depend on where this is built
  "${CARGO:-/usr/bin/cargo}" build --quiet --release --locked --target wasm32-wasip1 -Zbuild-std=std,panic_abort \
    --config 'target.wasm32-wasip1.linker="wasm-ld-19"' \
    --config "target.wasm32-wasip1.rustflags=['-Clink-self-contained=no', '-Lnative=/usr/lib/wasm32-wasi', \
      '--remap-path-prefix=$folder=.', '--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo']"
  mkdir -p "$out/$policy"
  node "$here/../guests/annotate.ts" "target/wasm32-wasip1/release/$(echo "$policy" | tr - _).wasm" \
    "$out/$policy/policy.wasm" metadata.yml README.md
done
