package sdk

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	corev1 "github.com/kubewarden/k8s-objects/api/core/v1"
	"github.com/kubewarden/policy-sdk-go/protocol"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResponses(t *testing.T) {
	for expected, respond := range map[string]func() ([]byte, error){
		`{"accepted":true}`:                            func() ([]byte, error) { return AcceptRequest() },
		`{"accepted":false}`:                           func() ([]byte, error) { return RejectRequest(NoMessage, NoCode) },
		`{"accepted":false,"message":"no","code":403}`: func() ([]byte, error) { return RejectRequest("no", 403) },
		`{"accepted":true,"mutated_object":{"a":1}}`:   func() ([]byte, error) { return MutateRequest(map[string]int{"a": 1}) },
		`{"valid":true}`:                               AcceptSettings,
		`{"valid":false}`:                              func() ([]byte, error) { return RejectSettings(NoMessage) },
		`{"valid":false,"message":"bad"}`:              func() ([]byte, error) { return RejectSettings("bad") },
		`{"accepted":false,"message":"no","audit_annotations":{"a":"2","b":"3"},"warnings":["x","y","z"]}`: func() ([]byte, error) {
			return RejectRequest("no", NoCode,
				WithWarnings("x", "y"), WithAuditAnnotations(map[string]string{"a": "1"}),
				WithWarnings("z"), WithAuditAnnotations(map[string]string{"a": "2", "b": "3"}))
		},
		`{"accepted":true,"warnings":["old"]}`: func() ([]byte, error) { return AcceptRequest(WithWarnings("old")) },
	} {
		response, err := respond()
		require.NoError(t, err)
		assert.Equal(t, expected, string(response))
	}
	_, err := MutateRequest(func() {})
	assert.ErrorContains(t, err, "cannot encode the response")
}

func TestRequestsKeepAllThatKubernetesSends(t *testing.T) {
	sent := `{"uid":"u","kind":{"group":"apps","version":"v1","kind":"Deployment"},
		"resource":{"group":"apps","version":"v1","resource":"deployments"},"subResource":"scale",
		"requestKind":{"group":"apps","version":"v1","kind":"Deployment"},
		"requestResource":{"group":"apps","version":"v1","resource":"deployments"},"requestSubResource":"scale",
		"name":"web","namespace":"shop","operation":"UPDATE",
		"userInfo":{"username":"jane","uid":"7","groups":["dev"],"extra":{"k":["v"]}},
		"object":{"a":1},"oldObject":{"a":2},"dryRun":true,"options":{"kind":"UpdateOptions"}}`
	var request protocol.KubernetesAdmissionRequest
	require.NoError(t, json.Unmarshal([]byte(sent), &request))
	again, err := json.Marshal(request)
	require.NoError(t, err)
	assert.JSONEq(t, sent, string(again))
}

var kinds = map[string]struct{ group, object string }{
	"Deployment":            {"apps", `{"spec":{"template":{"spec":%}}}`},
	"ReplicaSet":            {"apps", `{"spec":{"template":{"spec":%}}}`},
	"StatefulSet":           {"apps", `{"spec":{"template":{"spec":%}}}`},
	"DaemonSet":             {"apps", `{"spec":{"template":{"spec":%}}}`},
	"ReplicationController": {"", `{"spec":{"template":{"spec":%}}}`},
	"Job":                   {"batch", `{"spec":{"template":{"spec":%}}}`},
	"CronJob":               {"batch", `{"spec":{"jobTemplate":{"spec":{"template":{"spec":%}}}}}`},
	"Pod":                   {"", `{"spec":%}`},
}

func request(group, kind, object string) protocol.ValidationRequest {
	return protocol.ValidationRequest{Request: protocol.KubernetesAdmissionRequest{
		Kind:   protocol.GroupVersionKind{Group: group, Kind: kind},
		Object: json.RawMessage(object),
	}}
}

func TestPodSpecsOfAllKinds(t *testing.T) {
	for kind, workload := range kinds {
		t.Run(kind, func(t *testing.T) {
			object := func(spec string) string { return strings.ReplaceAll(workload.object, "%", spec) }
			sent := request(workload.group, kind, object(`{"hostNetwork":true,"containers":[{"name":"a","image":"nginx"}]}`))

			spec, err := ExtractPodSpecFromObject(sent)
			require.NoError(t, err)
			assert.True(t, spec.HostNetwork)
			assert.Equal(t, "nginx", spec.Containers[0].Image)

			spec.HostNetwork = false
			spec.Containers[0].Image = "nginx:1"
			response, err := MutatePodSpecFromRequest(sent, spec)
			require.NoError(t, err)
			assert.JSONEq(t, `{"accepted":true,"mutated_object":`+
				object(`{"containers":[{"name":"a","image":"nginx:1"}]}`)+`}`, string(response))

			withoutGroup, err := ExtractPodSpecFromObject(request("", kind, object(`{"hostPID":true}`)))
			require.NoError(t, err)
			assert.True(t, withoutGroup.HostPID)

			_, err = ExtractPodSpecFromObject(request("example.com", kind, object(`{}`)))
			assert.EqualError(t, err, "object should be one of these kinds: Deployment, ReplicaSet, StatefulSet, "+
				"DaemonSet, ReplicationController, Job, CronJob, Pod")
		})
	}
}

func TestWorkloadsWithoutPodSpec(t *testing.T) {
	for _, object := range []string{`{}`, `{"spec":null}`, `{"spec":{}}`, `{"spec":{"template":null}}`, `{"spec":{"template":{}}}`, `null`, ``} {
		sent := request("apps", "Deployment", object)
		spec, err := ExtractPodSpecFromObject(sent)
		require.NoError(t, err)
		assert.Equal(t, corev1.PodSpec{}, spec)

		_, found, err := ExtractPodSpecAs[map[string]any](sent)
		require.NoError(t, err)
		assert.False(t, found)

		response, err := MutatePodSpecFromRequest(sent, corev1.PodSpec{HostIPC: true})
		require.NoError(t, err)
		assert.Contains(t, string(response), `{"spec":{"template":{"spec":{"containers":null,"hostIPC":true}}}}`)
	}
}

func TestObjectsThatAreNoWorkloads(t *testing.T) {
	sent := request("", "Service", `{"spec":{}}`)
	response, err := MutatePodSpecFromRequest(sent, corev1.PodSpec{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"accepted":false,"message":"Object should be one of these kinds: Deployment, ReplicaSet, `+
		`StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod"}`, string(response))

	for _, object := range []string{`7`, `{"spec":7}`, `{"spec":{"containers":7}}`, `{`} {
		_, err := ExtractPodSpecFromObject(request("", "Pod", object))
		assert.ErrorContains(t, err, "cannot decode the", object)
		_, err = MutatePodSpecFromRequest(request("", "Pod", object), corev1.PodSpec{})
		assert.ErrorContains(t, err, "cannot decode the", object)
	}
}

func TestMutationsKeepWhatTheTypeDoesNotKnow(t *testing.T) {
	sent := request("", "Pod", `{"metadata":{"name":"web"},"status":{"large":9007199254740993},"spec":{
		"newer":{"digits":9007199254740993},
		"hostNetwork":false,
		"hostPID":true,
		"terminationGracePeriodSeconds":0,
		"containers":[
			{"name":"b","image":"b","newer":"of b"},
			{"name":"a","image":"a","newer":"of a","resizePolicy":[{"resourceName":"cpu","restartPolicy":"NotRequired","newer":1}]}
		],
		"tolerations":[{"key":"k","newer":2}]}}`)
	spec, err := ExtractPodSpecFromObject(sent)
	require.NoError(t, err)
	spec.HostPID = false
	spec.Containers[1].Image = "a:1"
	name := "c"
	spec.Containers = append(spec.Containers[1:], &corev1.Container{Name: &name})

	response, err := MutatePodSpecFromRequest(sent, spec, WithWarnings("changed"))
	require.NoError(t, err)
	var answer struct {
		MutatedObject json.RawMessage `json:"mutated_object"`
		Warnings      []string
	}
	require.NoError(t, json.Unmarshal(response, &answer))
	assert.Equal(t, []string{"changed"}, answer.Warnings)
	mutated := string(answer.MutatedObject)
	assert.Contains(t, mutated, `"status":{"large":9007199254740993}`)
	assert.Contains(t, mutated, `"newer":{"digits":9007199254740993}`)
	assert.Contains(t, mutated, `"hostNetwork":false`)
	assert.NotContains(t, mutated, `hostPID`)
	assert.NotContains(t, mutated, `"of b"`)
	assert.Contains(t, mutated, `"image":"a:1"`)
	assert.Contains(t, mutated, `"newer":"of a"`)
	assert.Contains(t, mutated, `"newer":1`)
	assert.Contains(t, mutated, `"newer":2`)
}

// host remembers what was logged.
type host struct{ entries []string }

func (h *host) HostCall(binding, namespace, operation string, payload []byte) ([]byte, error) {
	h.entries = append(h.entries, binding+" "+namespace+" "+operation+" "+string(payload))
	return nil, nil
}

func TestLogWriterSendsLines(t *testing.T) {
	client := &host{}
	writer := &KubewardenLogWriter{Client: client}
	for _, part := range []string{`{"level":"warn","message":"a"}`, "\n", "{\"level\":\"info\",", "\"message\":\"b\"}\nplain ", "text\n\n"} {
		written, err := writer.Write([]byte(part))
		require.NoError(t, err)
		assert.Equal(t, len(part), written)
	}
	assert.Equal(t, []string{
		`kubewarden tracing log {"level":"warn","message":"a"}`,
		`kubewarden tracing log {"level":"info","message":"b"}`,
		`kubewarden tracing log {"level":"info","message":"plain text"}`,
	}, client.entries)
}

func TestLogHandlerSendsWhatTheHostKnows(t *testing.T) {
	client := &host{}
	logger := slog.New(newLogHandler(&KubewardenLogWriter{Client: client}, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))
	logger.Log(t.Context(), slog.LevelDebug-4, "t")
	logger.Debug("d", "level", "mine", slog.Group("pod", "name", "web"))
	logger.With("a", 1).Info("i\nj")
	logger.Warn("w")
	logger.Error("e")
	logger.Log(t.Context(), slog.LevelError+4, "f")
	for index, entry := range []string{
		`{"level":"trace","message":"t"}`,
		`{"level":"debug","message":"d","level":"mine","pod":{"name":"web"}}`,
		`{"level":"info","message":"i\nj","a":1}`,
		`{"level":"warning","message":"w"}`,
		`{"level":"error","message":"e"}`,
		`{"level":"error","message":"f"}`,
	} {
		assert.Equal(t, "kubewarden tracing log "+entry, client.entries[index])
	}

	client = &host{}
	slog.New(newLogHandler(&KubewardenLogWriter{Client: client}, nil)).Debug("not by default")
	assert.Empty(t, client.entries)
}
