#!/bin/sh
# Compiles the policies of the library that are written in Rego, and annotates them with metadata and README.
#
# usage: build-rego.sh [OUT]
#
#   OUT   where the modules go, in folders of the policies' names (default: beside their sources)
#
# Uses the `opa` on PATH, or installs one with Go.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=$(realpath -m "${1:-$here}")
export PATH="$here/../node_modules/.bin:$PATH" # Node 24 of the project
. "$here/../guests/rego/find-opa.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# annotations are made with the project's own code
(cd "$here/.." && tsc -b packages/policy)

for source in "$here"/*/policy.rego; do
  folder=$(dirname "$source")
  policy=$(basename "$folder")
  case $(sed -n 's/^executionMode: //p' "$folder/metadata.yml") in
    opa) entry_point=policy/main ;;
    gatekeeper) entry_point=policy/violation ;;
    *) echo "$policy: the executionMode of its metadata.yml must be opa or gatekeeper" >&2; exit 1 ;;
  esac
  # Sources are named without a folder, for their names end up in the module.
  (cd "$folder" && opa build -t wasm -e "$entry_point" -o "$work/bundle.tar.gz" policy.rego)
  tar -xzf "$work/bundle.tar.gz" -C "$work" /policy.wasm 2>/dev/null
  mkdir -p "$out/$policy"
  node "$here/../guests/annotate.ts" \
    "$work/policy.wasm" "$out/$policy/policy.wasm" "$folder/metadata.yml" "$folder/README.md"
  chmod 644 "$out/$policy/policy.wasm"
  rm "$work/policy.wasm"
done
