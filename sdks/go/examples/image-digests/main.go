// Image-digests is a policy that pins images: it asks the host for the digest of each image that a workload names by
// a tag, and writes it into the workload. Namespaces with the label unpinned=allowed are left alone.
package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	sdk "github.com/kubewarden/policy-sdk-go"
	"github.com/kubewarden/policy-sdk-go/guest"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/kubernetes"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/manifest_digest"
	"github.com/kubewarden/policy-sdk-go/protocol"
)

type settings struct {
	// Ignored are prefixes of images that are left alone.
	Ignored []string `json:"ignored"`
}

func main() {
	guest.Run(guest.Handlers{Validate: validate, ValidateSettings: validateSettings})
}

func validate(payload []byte) ([]byte, error) {
	var request protocol.ValidationRequest
	if err := json.Unmarshal(payload, &request); err != nil {
		return nil, fmt.Errorf("cannot decode the request: %w", err)
	}
	var settings settings
	if err := json.Unmarshal(request.Settings, &settings); err != nil {
		return nil, fmt.Errorf("cannot decode the settings: %w", err)
	}
	return pin(capabilities.NewHost(), request, settings)
}

func pin(host capabilities.Host, request protocol.ValidationRequest, settings settings) ([]byte, error) {
	spec, err := sdk.ExtractPodSpecFromObject(request)
	if err != nil {
		return sdk.RejectRequest(sdk.Message(err.Error()), 400)
	}
	allowed, err := mayBeUnpinned(host, request.Request.Namespace)
	if err != nil {
		return sdk.RejectRequest(sdk.Message(err.Error()), 500)
	}
	logger := slog.New(sdk.NewLogHandler(nil))
	var pinned []string
	for _, container := range spec.Containers {
		if allowed || strings.Contains(container.Image, "@") || hasPrefix(container.Image, settings.Ignored) {
			continue
		}
		digest, err := manifest_digest.GetOCIManifestDigest(&host, container.Image)
		if err != nil {
			return sdk.RejectRequest(sdk.Message(fmt.Sprintf("cannot pin %s: %v", container.Image, err)), 403)
		}
		logger.Info("pinned", "image", container.Image, "digest", digest)
		pinned = append(pinned, container.Image)
		container.Image += "@" + digest
	}
	if pinned == nil {
		return sdk.AcceptRequest()
	}
	return sdk.MutatePodSpecFromRequest(request, spec,
		sdk.WithWarnings("pinned "+strings.Join(pinned, ", ")),
		sdk.WithAuditAnnotations(map[string]string{"pinned": strings.Join(pinned, ",")}))
}

func mayBeUnpinned(host capabilities.Host, name string) (bool, error) {
	if name == "" {
		return false, nil
	}
	encoded, err := kubernetes.GetResource(&host, kubernetes.GetResourceRequest{
		APIVersion: "v1", Kind: "Namespace", Name: name, FieldMasks: []string{"metadata.labels"},
	})
	if err != nil {
		return false, fmt.Errorf("cannot look at the namespace %s: %w", name, err)
	}
	var namespace struct {
		Metadata struct {
			Labels map[string]string `json:"labels"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(encoded, &namespace); err != nil {
		return false, fmt.Errorf("cannot decode the namespace %s: %w", name, err)
	}
	return namespace.Metadata.Labels["unpinned"] == "allowed", nil
}

func hasPrefix(image string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(image, prefix) {
			return true
		}
	}
	return false
}

func validateSettings(payload []byte) ([]byte, error) {
	var settings settings
	if err := json.Unmarshal(payload, &settings); err != nil {
		return sdk.RejectSettings(sdk.Message("cannot decode the settings: " + err.Error()))
	}
	for _, prefix := range settings.Ignored {
		if prefix == "" {
			return sdk.RejectSettings("ignored must not have an empty prefix: it would ignore all images")
		}
	}
	return sdk.AcceptSettings()
}
