import { type Metadata, MetadataError } from '@kubewarden/policy';
import { RegistryError, PolicyFetchError } from '../errors.ts';
import type { Descriptor } from '../oci/manifest.ts';
import type { CallOptions, RegistryClient } from '../oci/registry-client.ts';
import { readMetadataInPieces } from '../metadata-in-pieces.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { policyLayer } from './policy-layer.ts';

/** A policy as its registry describes it. */
export interface RemotePolicy {
  /** Of the manifest. */
  readonly digest: string;
  /** Of the module, `sha256:…`. */
  readonly moduleDigest: string;
  /** Of the module, in bytes. */
  readonly size: number;
  /** Of the manifest. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly metadata: RemoteMetadata;
}

/**
 * What the module says of itself, from pieces of it: no digest vouches for them, so a registry may say one thing
 * here and another in the module. It is for people to read, and nothing is to be decided by it.
 */
export type RemoteMetadata =
  | { readonly kind: 'unverified'; readonly value: Metadata }
  /** The module is not annotated; no digest vouches for that either. */
  | { readonly kind: 'absent' }
  /** Only the whole module could tell. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** At most 16 requests of 64 KiB, one of them up to 1 MiB if the metadata are so large. */
const limits = { windowBytes: 64 * 1024, maximumReads: 16 };

class NoRangesError extends Error {}

/**
 * Looks at a policy in a registry without pulling it: its manifest, and the metadata in its module if the
 * registry serves parts of blobs.
 *
 * @throws PolicyFetchError
 */
export async function readRemotePolicy(
  client: RegistryClient,
  image: ImageReference,
  options: CallOptions = {},
): Promise<RemotePolicy> {
  try {
    const { digest, manifest } = await client.fetchImageManifest(image, options);
    const layer = policyLayer(manifest);
    return {
      digest,
      moduleDigest: layer.digest,
      size: layer.size,
      annotations: manifest.annotations ?? {},
      metadata: await readRemoteMetadata(client, image, layer, options),
    };
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    throw new PolicyFetchError(`Fail to interact with OCI registry: ${cause.message}`, { cause });
  }
}

async function readRemoteMetadata(
  client: RegistryClient,
  image: ImageReference,
  layer: Descriptor,
  options: CallOptions,
): Promise<RemoteMetadata> {
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const bytes = await client.fetchBlobRange(image, layer, { start, end }, options);
    if (bytes === undefined) throw new NoRangesError('the registry does not serve parts of blobs');
    return bytes;
  };
  try {
    const value = await readMetadataInPieces(layer.size, read, limits);
    return value === undefined ? { kind: 'absent' } : { kind: 'unverified', value };
  } catch (error) {
    if (!(error instanceof NoRangesError) && !(error instanceof MetadataError)) throw error;
    return { kind: 'unknown', reason: error.message };
  }
}
