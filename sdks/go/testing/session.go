package testing

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"strings"

	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"gopkg.in/yaml.v3"
)

// Session is a host that answers as a real one did: it is a client for capabilities.Host.
//
//	session, err := sdktesting.ReplaySession("testdata/session.yml")
//	host := capabilities.Host{Client: session}
//
// Sessions are recorded with kwctl run --record-host-capabilities-interactions. As when kwctl replays them, requests
// must come in the order in which they were recorded; another one is an error in the place of an answer. Log entries are not part of sessions, and always accepted.
type Session struct {
	exchanges []exchange
	next      int
}

var _ capabilities.WapcClient = (*Session)(nil)

type exchange struct {
	kind     string
	fields   map[string]any
	response response
}

type response struct {
	Type    string `yaml:"type"`
	Payload string `yaml:"payload"`
	Message string `yaml:"message"`
}

// ReplaySession reads a session from a file.
func ReplaySession(path string) (*Session, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the session: %w", err)
	}
	session, err := parseSession(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return session, nil
}

func parseSession(text []byte) (*Session, error) {
	var recorded []struct {
		Type     string   `yaml:"type"`
		Request  string   `yaml:"request"`
		Response response `yaml:"response"`
	}
	if err := yaml.Unmarshal(text, &recorded); err != nil {
		return nil, fmt.Errorf("not a session: %w", err)
	}
	session := &Session{}
	for index, entry := range recorded {
		if entry.Type != "Exchange" || entry.Response.Type != "Success" && entry.Response.Type != "Error" {
			return nil, fmt.Errorf("exchange %d: not a request with a response of type Success or Error", index+1)
		}
		var request yaml.Node
		if err := yaml.Unmarshal([]byte(entry.Request), &request); err != nil || len(request.Content) == 0 {
			return nil, fmt.Errorf("exchange %d: the request is not YAML", index+1)
		}
		root := request.Content[0]
		kind := strings.TrimPrefix(root.Tag, "!")
		root.Tag = ""
		var fields map[string]any
		if err := root.Decode(&fields); err != nil {
			return nil, fmt.Errorf("exchange %d: the request has no fields: %w", index+1, err)
		}
		normalized, err := normalize(fields)
		if err != nil {
			return nil, fmt.Errorf("exchange %d: %w", index+1, err)
		}
		session.exchanges = append(session.exchanges, exchange{kind: kind, fields: normalized, response: entry.Response})
	}
	return session, nil
}

// HostCall answers with what was recorded, or with an error that tells what is not in the session.
func (s *Session) HostCall(_, namespace, operation string, payload []byte) ([]byte, error) {
	if namespace == "tracing" && operation == "log" {
		return nil, nil
	}
	kind, fields, err := identify(namespace, operation, payload)
	if err != nil {
		return nil, err
	}
	if s.next == len(s.exchanges) {
		return nil, fmt.Errorf("the session has ended, and nothing in it answers %s %s", kind, payload)
	}
	expected := s.exchanges[s.next]
	s.next++
	if expected.kind != kind || !reflect.DeepEqual(expected.fields, fields) {
		return nil, fmt.Errorf("the session has %s %v next, not %s %s", expected.kind, expected.fields, kind, payload)
	}
	if expected.response.Type == "Error" {
		return nil, errors.New(expected.response.Message)
	}
	return []byte(expected.response.Payload), nil
}

// Remaining is how many of the recorded requests have not been made: 0 when a policy asked everything that it did
// when the session was recorded.
func (s *Session) Remaining() int {
	return len(s.exchanges) - s.next
}

// operations names the requests as sessions do.
var operations = map[string]string{
	"kubernetes/list_resources_by_namespace": "KubernetesListResourceNamespace",
	"kubernetes/list_resources_all":          "KubernetesListResourceAll",
	"kubernetes/get_resource":                "KubernetesGetResource",
	"kubernetes/can_i":                       "KubernetesCanI",
	"oci/v1/manifest_digest":                 "OciManifestDigest",
	"oci/v1/oci_manifest":                    "OciManifest",
	"oci/v1/oci_manifest_config":             "OciManifestAndConfig",
	"net/v1/dns_lookup_host":                 "DNSLookupHost",
	"crypto/v1/is_certificate_trusted":       "CryptoIsCertificateTrusted",
}

// identify finds the name of a request, and the fields that sessions have for it.
func identify(namespace, operation string, payload []byte) (string, map[string]any, error) {
	var request any
	if err := json.Unmarshal(payload, &request); err != nil {
		return "", nil, fmt.Errorf("%s/%s: the request is not JSON: %w", namespace, operation, err)
	}
	name := namespace + "/" + operation
	kind, known := operations[name]
	fields, _ := request.(map[string]any)
	switch {
	case name == "oci/v1/verify":
		for tag, tagged := range fields {
			kind, known = tag, true
			fields, _ = tagged.(map[string]any)
		}
	case name == "oci/v2/verify":
		kind, known = fields["type"].(string)
		fields = maps.Clone(fields)
		delete(fields, "type")
	case name == "net/v1/dns_lookup_host":
		fields = map[string]any{"host": request}
	case namespace == "oci":
		fields = map[string]any{"image": request}
	case name == "crypto/v1/is_certificate_trusted":
		fields = map[string]any{"request": request}
	case name == "kubernetes/can_i":
		review, _ := fields["subject_access_review"].(map[string]any)
		fields = map[string]any{"request": review, "disable_cache": fields["disable_cache"]}
	}
	if !known {
		return "", nil, fmt.Errorf("%s: sessions know no such operation", name)
	}
	normalized, err := normalize(fields)
	return kind, normalized, err
}

// normalize makes fields of YAML and JSON comparable: absent, null and empty are the same.
func normalize(fields map[string]any) (map[string]any, error) {
	encoded, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("the request has fields that JSON has not: %w", err)
	}
	var decoded map[string]any
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		return nil, err
	}
	pruned, _ := prune(decoded).(map[string]any)
	return pruned, nil
}

func prune(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if pruned := prune(member); pruned == nil || pruned == "" || pruned == false {
				delete(value, name)
			} else {
				value[name] = pruned
			}
		}
		if len(value) == 0 {
			return nil
		}
	case []any:
		for index, element := range value {
			value[index] = prune(element)
		}
		if len(value) == 0 {
			return nil
		}
	}
	return value
}
