/** A layer of cosign's `sha256-….sig` image. */
export const simpleSigningMediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';

const emptyMediaType = 'application/vnd.oci.empty.v1+json';

/** Whether this is a Sigstore bundle, of version 0.1 to 0.3 (sigstore/protobuf-specs, `sigstore_bundle.proto`). */
export function isBundleMediaType(mediaType: string | undefined): boolean {
  return (
    mediaType !== undefined &&
    /^application\/vnd\.dev\.sigstore\.bundle(?:\+json;\s*version=0\.[1-3]|\.v0\.3\+json)$/.test(mediaType)
  );
}

/**
 * Whether what refers to an image by this artifact type may be a bundle. Some registries take the media type of the
 * config for the artifact type, and older ones know none; the manifest tells then.
 */
export function maybeBundle(artifactType: string | undefined): boolean {
  return !artifactType || artifactType === emptyMediaType || isBundleMediaType(artifactType);
}
