/** What the tests with real registries share. */
import type { CredentialSource } from '../credentials/credential.ts';
import { computeDigest } from '../oci/digest.ts';
import type { Descriptor, ImageManifest } from '../oci/manifest.ts';
import { ociIndex, ociManifest } from '../oci/media-types.ts';
import type { BlobContent, RegistryClient } from '../oci/registry-client.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { noSources, type Sources } from '../sources.ts';

export function insecure(...hosts: string[]): Sources {
  return { ...noSources, insecureSources: new Set(hosts) };
}

export function trusting(registry: { readonly host: string; readonly authority: string }): Sources {
  return { ...noSources, sourceAuthorities: new Map([[registry.host, [registry.authority]]]) };
}

export function passwordOf(registry: {
  readonly host: string;
  readonly credentials: { readonly username: string; readonly password: string };
}): CredentialSource {
  return (host) =>
    Promise.resolve(host === registry.host ? { kind: 'password', ...registry.credentials } : undefined);
}

export const wrongPassword: CredentialSource = () =>
  Promise.resolve({ kind: 'password', username: 'user', password: 'secret' });

export const wrongToken: CredentialSource = () =>
  Promise.resolve({ kind: 'identity-token', token: 'secret' });

export function content(bytes: Uint8Array): BlobContent {
  return {
    digest: computeDigest(bytes),
    size: bytes.byteLength,
    open: async function* () {
      for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
  };
}

export function describeBytes(bytes: Uint8Array, mediaType = 'application/octet-stream'): Descriptor {
  return { mediaType, digest: computeDigest(bytes), size: bytes.byteLength };
}

export const emptyConfig = Buffer.from('{}');

/** The manifest of an image with these layers. */
export function manifestOf(layers: readonly Uint8Array[], more: Partial<ImageManifest> = {}): Buffer {
  const manifest: ImageManifest = {
    schemaVersion: 2,
    config: describeBytes(emptyConfig, 'application/vnd.wasm.config.v1+json'),
    layers: layers.map((layer) => describeBytes(layer)),
    ...more,
  };
  return Buffer.from(JSON.stringify(manifest));
}

export function indexOf(...manifests: readonly object[]): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests }));
}

/** Pushes an image of one layer; returns the digest of its manifest. */
export async function pushImage(
  client: RegistryClient,
  image: ImageReference,
  layer: Uint8Array,
): Promise<string> {
  for (const bytes of [layer, emptyConfig]) await client.pushBlob(image, content(bytes));
  return (await client.pushManifest(image, manifestOf([layer]), ociManifest)).digest;
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const collected: Uint8Array[] = [];
  for await (const piece of pieces) collected.push(piece);
  return Buffer.concat(collected);
}
