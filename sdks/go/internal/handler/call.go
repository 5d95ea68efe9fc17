// Package handler calls the functions of policies.
package handler

import (
	"fmt"
	"runtime"
	"strings"
)

// Call runs a function of a policy. A panic becomes an error that tells where it happened: what the host would be told
// otherwise is that the module is broken.
func Call(function func([]byte) ([]byte, error), payload []byte) (answer []byte, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			answer, err = nil, fmt.Errorf("panic at %s: %v", origin(), reason)
		}
	}()
	return function(payload)
}

// origin is file and line of the innermost function that is not part of Go's runtime, nor of this file.
func origin() string {
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", frame.File, frame.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}
