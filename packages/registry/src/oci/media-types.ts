export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
export const ociIndex = 'application/vnd.oci.image.index.v1+json';
const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
const dockerManifestList = 'application/vnd.docker.distribution.manifest.list.v2+json';

export const manifestMediaTypes: readonly string[] = [
  dockerManifest,
  dockerManifestList,
  ociManifest,
  ociIndex,
];

export function isIndexMediaType(mediaType: string): boolean {
  return mediaType === ociIndex || mediaType === dockerManifestList;
}
