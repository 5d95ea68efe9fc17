// Package manifest_digest asks the host for the digests of manifests.
package manifest_digest

import "github.com/kubewarden/policy-sdk-go/pkg/capabilities"

// OciManifestResponse is the answer of the host.
type OciManifestResponse struct {
	Digest string `json:"digest"`
}

// GetOCIManifestDigest is the digest of the manifest of an image, for example of registry.example.com/busybox:1.0.0.
func GetOCIManifestDigest(h *capabilities.Host, image string) (string, error) {
	response, err := capabilities.CallAs[OciManifestResponse](h, "oci", "v1/manifest_digest", image)
	return response.Digest, err
}
