#!/bin/sh
# Builds every guest whose toolchain is on this machine, and says which were left out.
#
# usage: build-all.sh [--require-all] [OUT]
#
#   --require-all   a missing toolchain is an error
#   OUT             where the modules go, in the folders of their sources (default: beside their sources)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export PATH="$here/../node_modules/.bin:$PATH" # Node 24 of the project
require_all=false
if [ "${1:-}" = --require-all ]; then
  require_all=true
  shift
fi
out=$(realpath -m "${1:-$here}")
built= skipped=

has() { # commands…: whether all of them are there
  for command; do command -v "$command" >/dev/null || return 1; done
}

has_toolchain() {
  case $1 in
    wat) has node ;;
    assemblyscript) has npm ;;
    c) has "${CC:-clang-19}" wasm-ld-19 && [ -e /usr/lib/wasm32-wasi/libc.a ] ;;
    rust) has "${RUSTC:-/usr/bin/rustc}" "${CARGO:-/usr/bin/cargo}" wasm-ld-19 && [ -e /usr/lib/wasm32-wasi/libc.a ] &&
      [ -d "$("${RUSTC:-/usr/bin/rustc}" --print sysroot)/lib/rustlib/src/rust/library" ] ;;
    go) has go ;;
    rego) has opa || has go ;;
  esac
}

build() { # folder command…
  folder=$1
  shift
  if ! has_toolchain "$folder"; then
    skipped="$skipped $folder"
  else
    echo "building $folder"
    "$@" "$out/$folder"
    built="$built $folder"
  fi
}

# annotations are made with the project's own code
(cd "$here/.." && tsc -b packages/policy)

build wat node "$here/wat/build.ts"
for folder in assemblyscript c go rust rego; do
  build "$folder" "$here/$folder/build.sh"
done

echo "built:$built"
[ -z "$skipped" ] || echo "skipped, no toolchain:$skipped"
if [ -n "$skipped" ] && $require_all; then exit 1; fi
