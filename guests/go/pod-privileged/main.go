// A waPC reactor that rejects Pods with a privileged container.
package main

import (
	"encoding/json"

	"kubewarden.example/guests/wapc"
)

type container struct {
	SecurityContext struct {
		Privileged bool `json:"privileged"`
	} `json:"securityContext"`
}

type review struct {
	Request struct {
		Object struct {
			Spec struct {
				Containers          []container `json:"containers"`
				InitContainers      []container `json:"initContainers"`
				EphemeralContainers []container `json:"ephemeralContainers"`
			} `json:"spec"`
		} `json:"object"`
	} `json:"request"`
}

func init() {
	wapc.Register("validate", validate)
	wapc.Register("validate_settings", func([]byte) ([]byte, error) { return []byte(`{"valid":true}`), nil })
	wapc.Register("protocol_version", func([]byte) ([]byte, error) { return []byte(`"v1"`), nil })
}

// main is never called in a reactor.
func main() {}

func validate(payload []byte) ([]byte, error) {
	var review review
	if err := json.Unmarshal(payload, &review); err != nil {
		return nil, err
	}
	spec := review.Request.Object.Spec
	for _, containers := range [][]container{spec.Containers, spec.InitContainers, spec.EphemeralContainers} {
		for _, container := range containers {
			if container.SecurityContext.Privileged {
				return []byte(`{"accepted":false,"message":"Privileged container is not allowed"}`), nil
			}
		}
	}
	return []byte(`{"accepted":true}`), nil
}
