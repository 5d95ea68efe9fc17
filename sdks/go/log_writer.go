package sdk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
)

// KubewardenLogWriter sends log entries to the host, which writes them to its own log: each line of what is written
// is one entry. A line is a JSON object with level and message, as structured loggers such as onelog make it;
// anything else becomes the message of an entry of level info.
//
// Outside of WebAssembly entries go to stderr. Never to stdout, which holds the answer of a policy.
type KubewardenLogWriter struct {
	// Client replaces the host, in tests.
	Client capabilities.WapcClient

	mutex sync.Mutex
	line  []byte
}

// Write takes any part of a line, or several lines. What lacks its line break is kept for the next call, unless it
// is a whole JSON object.
func (k *KubewardenLogWriter) Write(p []byte) (int, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.line = append(k.line, p...)
	for {
		line, rest, ended := bytes.Cut(k.line, []byte("\n"))
		if !ended && !isEntry(line) {
			return len(p), nil
		}
		k.line = rest
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if err := k.send(line); err != nil {
				return 0, err
			}
		}
		if !ended {
			return len(p), nil
		}
	}
}

func (k *KubewardenLogWriter) send(line []byte) error {
	if !isEntry(line) {
		entry, err := json.Marshal(map[string]string{"level": "info", "message": string(line)})
		if err != nil {
			return fmt.Errorf("cannot encode a log entry: %w", err)
		}
		line = entry
	}
	client := k.Client
	if client == nil {
		if !capabilities.HasHost {
			_, err := fmt.Fprintf(os.Stderr, "%s\n", line)
			return err
		}
		client = capabilities.NewHost().Client
	}
	if _, err := client.HostCall("kubewarden", "tracing", "log", line); err != nil {
		return fmt.Errorf("cannot log: %w", err)
	}
	return nil
}

// isEntry tells whether a line is a JSON object.
func isEntry(line []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(line), []byte("{")) && json.Valid(line)
}

// NewLogHandler is a handler for log/slog that sends entries to the host: level, message, and all attributes.
//
//	logger := slog.New(sdk.NewLogHandler(nil))
//	logger.Info("looked at a Pod", "name", name)
//
// Levels below the one of the options (info, unless they say otherwise) are dropped.
func NewLogHandler(options *slog.HandlerOptions) slog.Handler {
	return newLogHandler(&KubewardenLogWriter{}, options)
}

func newLogHandler(writer *KubewardenLogWriter, options *slog.HandlerOptions) slog.Handler {
	if options == nil {
		options = &slog.HandlerOptions{}
	}
	replace := options.ReplaceAttr
	return slog.NewJSONHandler(writer, &slog.HandlerOptions{
		AddSource: options.AddSource,
		Level:     options.Level,
		ReplaceAttr: func(groups []string, attribute slog.Attr) slog.Attr {
			if replace != nil {
				attribute = replace(groups, attribute)
			}
			if len(groups) > 0 {
				return attribute
			}
			switch attribute.Key {
			case slog.TimeKey:
				return slog.Attr{} // the host knows the time, a policy may not
			case slog.MessageKey:
				attribute.Key = "message"
			case slog.LevelKey:
				if level, ok := attribute.Value.Any().(slog.Level); ok {
					attribute.Value = slog.StringValue(levelName(level))
				}
			}
			return attribute
		},
	})
}

// levelName is the host's name of a level.
func levelName(level slog.Level) string {
	switch {
	case level < slog.LevelDebug:
		return "trace"
	case level < slog.LevelInfo:
		return "debug"
	case level < slog.LevelWarn:
		return "info"
	case level < slog.LevelError:
		return "warning"
	default:
		return "error"
	}
}
