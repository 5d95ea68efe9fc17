#!/bin/sh
# Creates a policy from the template for Go, tests it with the published SDK that it names and with this one, and
# builds it with both.
#
# usage: test-template.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
templates=$here/../../packages/create-kubewarden-policy/templates
policy=$(mktemp -d)
trap 'rm -rf "$policy"' EXIT

cp -R "$templates/common/." "$templates/go/." "$policy"
cd "$policy"
sed -i -e 's/{{owner}}/acme/' -e 's/{{name}}/images/' go.mod

check() {
  unformatted=$(gofmt -l .)
  [ -z "$unformatted" ] || { echo "not formatted: $unformatted" >&2; exit 1; }
  go vet ./...
  go test ./...
  GOOS=wasip1 GOARCH=wasm go build -trimpath -ldflags='-s -w' -o policy.wasm .
  ls -l policy.wasm
}
check
go mod edit -replace "github.com/kubewarden/policy-sdk-go=$here"
go mod tidy
check
