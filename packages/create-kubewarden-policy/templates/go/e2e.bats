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
  [[ "$output" == *'these containers have images of untrusted registries: web (nginx)'* ]]
}

@test "refuses settings without registries" {
  run ${KWCTL:-kwctl} run --request-path test_data/pod-trusted.json --settings-json '{"registries": []}' \
    annotated-policy.wasm
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *'registries: name at least one registry'* ]]
}
