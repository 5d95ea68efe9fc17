// Package constants holds the names that hosts and policies agree on.
package constants

const (
	// ProtocolVersion is the version of the protocol that the SDK speaks.
	ProtocolVersion = "v1"

	// ImageManifestListMediaType is what Docker calls an image index.
	ImageManifestListMediaType = "application/vnd.docker.distribution.manifest.list.v2+json"
	// ImageManifestMediaType is what Docker calls an image manifest.
	ImageManifestMediaType = "application/vnd.docker.distribution.manifest.v2+json"
)
