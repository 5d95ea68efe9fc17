// Package manifest asks the host for manifests.
package manifest

import (
	"encoding/json"
	"fmt"

	"github.com/kubewarden/policy-sdk-go/constants"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	specs "github.com/opencontainers/image-spec/specs-go/v1"
)

// OciImageManifestResponse is a manifest: of an image, or of an index of images. The other one is nil.
type OciImageManifestResponse struct {
	Image *specs.Manifest `json:"image"`
	Index *specs.Index    `json:"index"`
}

// ImageManifest is the manifest of an image; nil for an index.
func (r *OciImageManifestResponse) ImageManifest() *specs.Manifest {
	return r.Image
}

// IndexManifest is the manifest of an index; nil for an image.
func (r *OciImageManifestResponse) IndexManifest() *specs.Index {
	return r.Index
}

// UnmarshalJSON tells the two apart by their media type, and by their members where they have none, as OCI allows.
func (r *OciImageManifestResponse) UnmarshalJSON(b []byte) error {
	var shape struct {
		MediaType string          `json:"mediaType"`
		Manifests json.RawMessage `json:"manifests"`
		Config    json.RawMessage `json:"config"`
	}
	if err := json.Unmarshal(b, &shape); err != nil {
		return fmt.Errorf("not a manifest: %w", err)
	}
	*r = OciImageManifestResponse{}
	switch shape.MediaType {
	case specs.MediaTypeImageIndex, constants.ImageManifestListMediaType:
		return json.Unmarshal(b, &r.Index)
	case specs.MediaTypeImageManifest, constants.ImageManifestMediaType:
		return json.Unmarshal(b, &r.Image)
	case "":
		switch {
		case shape.Manifests != nil:
			return json.Unmarshal(b, &r.Index)
		case shape.Config != nil:
			return json.Unmarshal(b, &r.Image)
		}
	}
	return fmt.Errorf("neither an image nor an index: a manifest of media type %q", shape.MediaType)
}

// GetOCIManifest is the manifest of an image, for example of registry.example.com/busybox:1.0.0.
func GetOCIManifest(h *capabilities.Host, image string) (*OciImageManifestResponse, error) {
	response, err := capabilities.CallAs[OciImageManifestResponse](h, "oci", "v1/oci_manifest", image)
	if err != nil {
		return nil, err
	}
	return &response, nil
}
