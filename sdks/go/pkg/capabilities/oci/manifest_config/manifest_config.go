// Package manifest_config asks the host for manifests together with the configuration of their images.
package manifest_config

import (
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	specs "github.com/opencontainers/image-spec/specs-go/v1"
)

// OciImageManifestAndConfigResponse is the answer of the host.
type OciImageManifestAndConfigResponse struct {
	Manifest    *specs.Manifest `json:"manifest"`
	Digest      string          `json:"digest"`
	ImageConfig *specs.Image    `json:"config"`
}

// GetOCIManifestAndConfig is the manifest of an image, for example of registry.example.com/busybox:1.0.0, with its
// digest and the configuration.
func GetOCIManifestAndConfig(h *capabilities.Host, image string) (*OciImageManifestAndConfigResponse, error) {
	response, err := capabilities.CallAs[OciImageManifestAndConfigResponse](h, "oci", "v1/oci_manifest_config", image)
	if err != nil {
		return nil, err
	}
	return &response, nil
}
