#!/bin/sh
# Builds the Rego guests with OPA's compiler, and the expected results of builtins.expressions with its evaluator.
#
# usage: build.sh [OUT]
#
#   OUT   folder for the modules and the expected results (default: beside their sources)
#
# Uses the `opa` on PATH, or installs one with Go into a cache folder outside of the tree.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=$(realpath -m "${1:-$here}")
mkdir -p "$out"
export PATH="$here/../../node_modules/.bin:$PATH" # Node 24 of the project
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

. "$here/find-opa.sh"

# build <source> <entry point> <module> [option]
#
# Sources are named without a folder, for their names end up in the module. What has a metadata.yml is annotated.
build() {
  opa build -t wasm ${4-} -e "$2" -o "$work/bundle.tar.gz" "$1"
  tar -xzf "$work/bundle.tar.gz" -C "$work" /policy.wasm 2>/dev/null
  install -m 644 "$work/policy.wasm" "$out/$3"
  metadata=$here/${1%.rego}.metadata.yml
  [ ! -e "$metadata" ] || node "$here/../annotate.ts" "$out/$3" "$out/$3" "$metadata"
  rm "$work/policy.wasm"
}

cd "$here"
build opa.rego policy/main opa.wasm
build gatekeeper.rego policy/violation gatekeeper.wasm
build pod-privileged.rego policy/violation pod-privileged.wasm
build inventory.rego policy/violation inventory.wasm
build malformed.rego policy/violation malformed.wasm
build unsupported.rego policy/violation unsupported.wasm

# One rule per expression, chosen by the input, so that one that fails does not take the others along.
grep -v -e '^#' -e '^$' "$here/builtins.expressions" >"$work/expressions"
awk '
  BEGIN { print "package builtins\n" }
  { printf "result = value {\n\tinput.case == %d\n\tvalue := %s\n}\n\n", NR - 1, $0 }
' "$work/expressions" >"$work/builtins.rego"
# The casts are gone from Rego v1.
cd "$work"
build builtins.rego builtins/result builtins.wasm --v0-compatible

last=$(($(wc -l <"$work/expressions") - 1))
query="{i: result | i := numbers.range(0, $last)[_]; result := data.builtins.result with input as {\"case\": i}}"
opa eval --v0-compatible -f raw -d builtins.rego "$query" >"$work/results.json"
node "$here/expected.ts" "$work/expressions" "$work/results.json" >"$out/builtins.expected.jsonl"
