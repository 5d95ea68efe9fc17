package guest

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func echo(payload []byte) ([]byte, error) { return append([]byte("got "), payload...), nil }

func TestProgram(t *testing.T) {
	for operation, handlers := range map[string]Handlers{
		"validate":          {Validate: echo},
		"validate-settings": {ValidateSettings: echo},
	} {
		var out bytes.Buffer
		require.NoError(t, handlers.run([]string{"policy.wasm", operation}, strings.NewReader("{}"), &out))
		assert.Equal(t, "got {}", out.String())
	}
}

func TestAllSettingsAreValidWithoutHandler(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, Handlers{}.run([]string{"policy.wasm", "validate-settings"}, strings.NewReader("7"), &out))
	assert.JSONEq(t, `{"valid":true}`, out.String())
}

func TestProgramFails(t *testing.T) {
	refuse := func([]byte) ([]byte, error) { return nil, errors.New("bad input") }
	for message, args := range map[string][]string{
		"usage: policy.wasm validate|validate-settings": {"policy.wasm"},
		"no such operation: protocol_version":           {"policy.wasm", "protocol_version"},
		"bad input":                                     {"policy.wasm", "validate"},
	} {
		var out bytes.Buffer
		assert.EqualError(t, Handlers{Validate: refuse}.run(args, strings.NewReader(""), &out), message)
		assert.Empty(t, out.String())
	}
}

func TestAPanicIsAnError(t *testing.T) {
	broken := func([]byte) ([]byte, error) { panic("on purpose") }
	err := Handlers{Validate: broken}.run([]string{"policy.wasm", "validate"}, strings.NewReader(""), &bytes.Buffer{})
	assert.Regexp(t, `^panic at .*guest_test\.go:\d+: on purpose$`, err.Error())
}
