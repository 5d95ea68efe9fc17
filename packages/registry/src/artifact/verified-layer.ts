import { PolicyFetchError } from '../errors.ts';
import { decodeManifest } from '../oci/decode-manifest.ts';
import { computeDigest, digestAlgorithm, isDigest } from '../oci/digest.ts';
import type { Descriptor, ImageManifest } from '../oci/manifest.ts';
import type { CallOptions, RegistryClient } from '../oci/registry-client.ts';
import { imageByDigest, type ImageReference } from '../reference/image-reference.ts';
import { policyMediaTypes } from './media-types.ts';
import { policyLayer } from './policy-layer.ts';

/** A manifest, or an index, of which the signatures have been verified. */
export interface VerifiedManifest {
  readonly digest: string;
  /** The bytes behind `digest`. */
  readonly manifest: Uint8Array;
}

/**
 * The module of a verified image. Its manifest is not asked for again, so that nobody can change it in between;
 * that of an index is, by its digest.
 *
 * @throws PolicyFetchError when it cannot be told which module was signed
 * @throws RegistryError when an entry of an index cannot be had
 */
export async function verifiedLayer(
  client: RegistryClient,
  image: ImageReference,
  verified: VerifiedManifest,
  options: CallOptions,
): Promise<Descriptor> {
  const manifest = await verifiedManifest(client, image, verified, options);
  const modules = manifest.layers.filter(({ mediaType }) => mediaType === policyMediaTypes.layer);
  if (modules.length !== 1) {
    throw new PolicyFetchError(
      "Cannot verify local file integrity, the remote manifest doesn't have only one WASM layer",
    );
  }
  const layer = policyLayer(manifest);
  if (!layer.digest.startsWith('sha256:')) {
    throw new PolicyFetchError(
      'The checksum inside of the remote manifest is not using the sha256 hashing algorithm as expected.',
    );
  }
  return layer;
}

async function verifiedManifest(
  client: RegistryClient,
  image: ImageReference,
  { digest, manifest }: VerifiedManifest,
  options: CallOptions,
): Promise<ImageManifest> {
  if (!isDigest(digest) || computeDigest(manifest, digestAlgorithm(digest)) !== digest) {
    throw new PolicyFetchError(`Invalid digest: ${digest} is not that of the verified manifest`);
  }
  const decoded = decodeManifest(manifest);
  if (decoded.kind === 'image') return decoded.manifest;
  return (await client.fetchImageManifest(imageByDigest(image, digest), options)).manifest;
}
