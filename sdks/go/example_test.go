package sdk_test

import (
	"encoding/json"
	"fmt"
	"log/slog"

	sdk "github.com/kubewarden/policy-sdk-go"
	"github.com/kubewarden/policy-sdk-go/protocol"
)

func show(response []byte, err error) {
	fmt.Println(string(response), err)
}

var pod = protocol.ValidationRequest{Request: protocol.KubernetesAdmissionRequest{
	Kind:   protocol.GroupVersionKind{Version: "v1", Kind: "Pod"},
	Object: json.RawMessage(`{"metadata":{"name":"web"},"spec":{"containers":[{"name":"web","image":"nginx"}]}}`),
}}

func ExampleAcceptRequest() {
	show(sdk.AcceptRequest())
	show(sdk.AcceptRequest(sdk.WithWarnings("this field will be refused from next year on")))
	// Output:
	// {"accepted":true} <nil>
	// {"accepted":true,"warnings":["this field will be refused from next year on"]} <nil>
}

func ExampleRejectRequest() {
	show(sdk.RejectRequest("no latest images", sdk.NoCode))
	show(sdk.RejectRequest("no latest images", 403, sdk.WithAuditAnnotations(map[string]string{"image": "nginx"})))
	// Output:
	// {"accepted":false,"message":"no latest images"} <nil>
	// {"accepted":false,"message":"no latest images","code":403,"audit_annotations":{"image":"nginx"}} <nil>
}

func ExampleMutateRequest() {
	var object map[string]any
	if err := json.Unmarshal(pod.Request.Object, &object); err != nil {
		fmt.Println(err)
	}
	object["metadata"].(map[string]any)["labels"] = map[string]string{"team": "shop"}
	show(sdk.MutateRequest(object))
	// Output:
	// {"accepted":true,"mutated_object":{"metadata":{"labels":{"team":"shop"},"name":"web"},"spec":{"containers":[{"image":"nginx","name":"web"}]}}} <nil>
}

func ExampleExtractPodSpecFromObject() {
	spec, err := sdk.ExtractPodSpecFromObject(pod)
	fmt.Println(spec.Containers[0].Image, err)
	// Output: nginx <nil>
}

func ExampleExtractPodSpecAs() {
	type containers struct {
		Containers []struct {
			Image string `json:"image"`
		} `json:"containers"`
	}
	spec, found, err := sdk.ExtractPodSpecAs[containers](pod)
	fmt.Println(spec.Containers[0].Image, found, err)
	// Output: nginx true <nil>
}

func ExampleMutatePodSpecFromRequest() {
	spec, err := sdk.ExtractPodSpecFromObject(pod)
	if err != nil {
		fmt.Println(err)
	}
	spec.Containers[0].Image = "nginx:1.29"
	show(sdk.MutatePodSpecFromRequest(pod, spec))
	// Output:
	// {"accepted":true,"mutated_object":{"metadata":{"name":"web"},"spec":{"containers":[{"image":"nginx:1.29","name":"web"}]}}} <nil>
}

func ExampleMutatePodSpec() {
	show(sdk.MutatePodSpec(pod, map[string]any{"hostNetwork": false}))
	// Output:
	// {"accepted":true,"mutated_object":{"metadata":{"name":"web"},"spec":{"hostNetwork":false}}} <nil>
}

func ExampleRejectSettings() {
	show(sdk.RejectSettings("denied_names must not be empty"))
	show(sdk.AcceptSettings())
	// Output:
	// {"valid":false,"message":"denied_names must not be empty"} <nil>
	// {"valid":true} <nil>
}

func ExampleNewLogHandler() {
	logger := slog.New(sdk.NewLogHandler(&slog.HandlerOptions{Level: slog.LevelDebug}))
	logger.Debug("looked at a Pod", "name", "web")
	// Output:
}
