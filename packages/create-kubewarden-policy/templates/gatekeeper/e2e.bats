#!/usr/bin/env bats
# The module as a policy server runs it. Needs bats, and kwctl on the PATH or in $KWCTL.

evaluate() { # request
  ${KWCTL:-kwctl} run --request-path "test_data/$1.json" --settings-path test_data/settings.json annotated-policy.wasm
}

@test "accepts images of trusted registries" {
  run evaluate pod-trusted
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *'"allowed":true'* ]]
}

@test "rejects an image of another registry" {
  run evaluate pod-untrusted
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *'"allowed":false'* ]]
  [[ "$output" == *'container web has an image of an untrusted registry: nginx'* ]]
}
