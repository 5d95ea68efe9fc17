// Names is a policy as it is written for TinyGo: main registers its operations.
package main

import (
	"encoding/json"
	"fmt"

	"github.com/wapc/wapc-guest-tinygo"
)

func main() {
	wapc.RegisterFunctions(wapc.Functions{
		"validate":          validate,
		"validate_settings": func([]byte) ([]byte, error) { return []byte(`{"valid":true}`), nil },
	})
}

// validate asks the host for the digest of an image that is named like the object, and says what it heard.
func validate(payload []byte) ([]byte, error) {
	var review struct {
		Request struct {
			Name string `json:"name"`
		} `json:"request"`
	}
	if err := json.Unmarshal(payload, &review); err != nil {
		return nil, err
	}
	if review.Request.Name == "" {
		panic("an object without a name")
	}
	wapc.ConsoleLog("looking at " + review.Request.Name)
	image, err := json.Marshal(review.Request.Name)
	if err != nil {
		return nil, err
	}
	answer, err := wapc.HostCall("kubewarden", "oci", "v1/manifest_digest", image)
	if err != nil {
		answer = []byte(err.Error())
	}
	return json.Marshal(map[string]any{"accepted": false, "message": fmt.Sprintf("heard %s", answer)})
}
