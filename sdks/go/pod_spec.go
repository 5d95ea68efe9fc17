package sdk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	corev1 "github.com/kubewarden/k8s-objects/api/core/v1"
	"github.com/kubewarden/policy-sdk-go/protocol"
)

// workload tells where objects of a kind keep their pod spec.
type workload struct {
	group string
	path  []string
}

var (
	inObject   = []string{"spec"}
	inTemplate = []string{"spec", "template", "spec"}
)

var workloads = map[string]workload{
	"Deployment":            {"apps", inTemplate},
	"ReplicaSet":            {"apps", inTemplate},
	"StatefulSet":           {"apps", inTemplate},
	"DaemonSet":             {"apps", inTemplate},
	"ReplicationController": {"", inTemplate},
	"Job":                   {"batch", inTemplate},
	"CronJob":               {"batch", []string{"spec", "jobTemplate", "spec", "template", "spec"}},
	"Pod":                   {"", inObject},
}

const supportedKinds = "bject should be one of these kinds: " +
	"Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod"

var errNoWorkload = errors.New("o" + supportedKinds)

// ExtractPodSpecFromObject is the pod spec of a Pod, Deployment, ReplicaSet, StatefulSet, DaemonSet,
// ReplicationController, Job or CronJob. It is empty when the object has none, as a Deployment without template.
//
// The error tells that the object is of another kind, or that it cannot be decoded.
func ExtractPodSpecFromObject(object protocol.ValidationRequest) (corev1.PodSpec, error) {
	spec, _, err := ExtractPodSpecAs[corev1.PodSpec](object)
	return spec, err
}

// ExtractPodSpecAs does the same for a type of the author's choice, for example PodSpec of k8s.io/api/core/v1, a
// struct with the few fields that the policy looks at, or map[string]any. It also tells whether there is a pod spec.
func ExtractPodSpecAs[T any](request protocol.ValidationRequest) (spec T, found bool, err error) {
	workload, err := workloadOf(request.Request.Kind)
	if err != nil {
		return spec, false, err
	}
	encoded := request.Request.Object
	for _, name := range workload.path {
		var members map[string]json.RawMessage
		if isAbsent(encoded) {
			return spec, false, nil
		}
		if err := json.Unmarshal(encoded, &members); err != nil {
			return spec, false, fmt.Errorf("cannot decode the object of the request: %w", err)
		}
		encoded = members[name]
	}
	if isAbsent(encoded) {
		return spec, false, nil
	}
	if err := json.Unmarshal(encoded, &spec); err != nil {
		return spec, false, fmt.Errorf("cannot decode the pod spec: %w", err)
	}
	return spec, true, nil
}

// MutatePodSpecFromRequest is the response that accepts a workload with another pod spec in the place of its own.
// Fields of the pod spec that corev1.PodSpec does not know are kept, as is everything around it.
//
// Objects that are no workload are rejected: see [ExtractPodSpecFromObject].
func MutatePodSpecFromRequest(
	validationRequest protocol.ValidationRequest,
	podSpec corev1.PodSpec,
	options ...Option,
) ([]byte, error) {
	mutated, err := toTree(podSpec)
	if err != nil {
		return nil, err
	}
	original, found, err := extractPodSpecTree(validationRequest)
	if errors.Is(err, errNoWorkload) {
		return RejectRequest("O"+supportedKinds, NoCode, options...)
	}
	if err != nil {
		return nil, err
	}
	if found {
		known, _, err := ExtractPodSpecAs[corev1.PodSpec](validationRequest)
		if err != nil {
			return nil, err
		}
		understood, err := toTree(known)
		if err != nil {
			return nil, err
		}
		mutated = restoreUnknown(original, understood, mutated)
	}
	return MutatePodSpec(validationRequest, mutated, options...)
}

// MutatePodSpec is the response that accepts a workload with podSpec, anything that encoding/json can encode, in the
// place of its own pod spec. Everything around it is kept, numbers with all their digits. The counterpart of
// [ExtractPodSpecAs].
//
// Objects that are no workload are rejected: see [ExtractPodSpecFromObject].
func MutatePodSpec(request protocol.ValidationRequest, podSpec any, options ...Option) ([]byte, error) {
	workload, err := workloadOf(request.Request.Kind)
	if err != nil {
		return RejectRequest("O"+supportedKinds, NoCode, options...)
	}
	object, err := replace(request.Request.Object, workload.path, podSpec)
	if err != nil {
		return nil, err
	}
	return MutateRequest(object, options...)
}

// workloadOf tells where the pod spec is. Tests often leave the group out, so none is taken for the right one.
func workloadOf(kind protocol.GroupVersionKind) (workload, error) {
	workload, known := workloads[kind.Kind]
	if !known || kind.Group != "" && kind.Group != workload.group {
		return workload, errNoWorkload
	}
	return workload, nil
}

// replace copies one object per step of the path; all that is beside it stays JSON and is not even looked at.
func replace(encoded json.RawMessage, path []string, value any) (any, error) {
	if len(path) == 0 {
		return value, nil
	}
	members := map[string]json.RawMessage{}
	if !isAbsent(encoded) {
		if err := json.Unmarshal(encoded, &members); err != nil {
			return nil, fmt.Errorf("cannot decode the object of the request: %w", err)
		}
	}
	replaced, err := replace(members[path[0]], path[1:], value)
	if err != nil {
		return nil, err
	}
	copied := make(map[string]any, len(members)+1)
	for name, member := range members {
		copied[name] = member
	}
	copied[path[0]] = replaced
	return copied, nil
}

func isAbsent(encoded json.RawMessage) bool {
	return len(encoded) == 0 || bytes.Equal(encoded, []byte("null"))
}

func extractPodSpecTree(request protocol.ValidationRequest) (any, bool, error) {
	encoded, found, err := ExtractPodSpecAs[json.RawMessage](request)
	if err != nil || !found {
		return nil, found, err
	}
	tree, err := decodeTree(encoded)
	return tree, true, err
}

func toTree(value any) (any, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("cannot encode the pod spec: %w", err)
	}
	return decodeTree(encoded)
}

// decodeTree keeps numbers as they are written: a float64 would change large ones.
func decodeTree(encoded []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, fmt.Errorf("cannot decode the pod spec: %w", err)
	}
	return tree, nil
}

// restoreUnknown puts back into mutated what a typed struct lost of the original when it was decoded and encoded:
// fields that are newer than the type, and zero values that were written out.
func restoreUnknown(original, understood, mutated any) any {
	switch mutated := mutated.(type) {
	case map[string]any:
		original, _ := original.(map[string]any)
		understood, _ := understood.(map[string]any)
		for name, value := range original {
			known, isKnown := understood[name]
			changed, isThere := mutated[name]
			if !isKnown && !isThere {
				mutated[name] = value
			} else if isKnown && isThere {
				mutated[name] = restoreUnknown(value, known, changed)
			}
		}
	case []any:
		original, _ := original.([]any)
		understood, _ := understood.([]any)
		if len(original) != len(understood) {
			return mutated
		}
		for index, element := range mutated {
			if from := counterpart(element, index, understood, len(mutated)); from >= 0 {
				mutated[index] = restoreUnknown(original[from], understood[from], element)
			}
		}
	}
	return mutated
}

// counterpart is the index that an element of a mutated list had before: that of the element of the same name, where
// elements have names, as containers and volumes do, or the same index if the list is as long as it was.
func counterpart(element any, index int, before []any, length int) int {
	if name := nameOf(element); name != "" {
		for at, other := range before {
			if nameOf(other) == name {
				return at
			}
		}
		return -1
	}
	if length == len(before) {
		return index
	}
	return -1
}

func nameOf(element any) string {
	members, _ := element.(map[string]any)
	name, _ := members["name"].(string)
	return name
}
