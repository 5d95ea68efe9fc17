/** A layer of cosign's `sha256-….sig` image. */
export const simpleSigningMediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** Whether this is a Sigstore bundle, of version 0.1 to 0.3 (sigstore/protobuf-specs, `sigstore_bundle.proto`). */
export function isBundleMediaType(mediaType: string | undefined): boolean {
  return (
    mediaType !== undefined &&
    /^application\/vnd\.dev\.sigstore\.bundle(?:\+json;\s*version=0\.[1-3]|\.v0\.3\+json)$/.test(mediaType)
  );
}
