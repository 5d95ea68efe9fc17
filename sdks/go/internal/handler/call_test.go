package handler

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnswersAndErrorsArePassedOn(t *testing.T) {
	failure := errors.New("bad input")
	answer, err := Call(func(payload []byte) ([]byte, error) { return payload, failure }, []byte("a"))
	assert.Equal(t, "a", string(answer))
	assert.Equal(t, failure, err)
}

func TestPanicsAreErrors(t *testing.T) {
	var missing *struct{ field string }
	for message, function := range map[string]func([]byte) ([]byte, error){
		"nil pointer dereference":   func([]byte) ([]byte, error) { return []byte(missing.field), nil },
		"slice bounds out of range": func(payload []byte) ([]byte, error) { return payload[len(payload)+1:], nil },
		": on purpose":              func([]byte) ([]byte, error) { panic("on purpose") },
	} {
		answer, err := Call(function, []byte("a"))
		assert.Nil(t, answer)
		assert.ErrorContains(t, err, message)
		assert.Regexp(t, `^panic at .*call_test\.go:\d+: `, err.Error())
	}
}
