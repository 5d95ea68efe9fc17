import { createHash } from 'node:crypto';
import {
  type Descriptor,
  type FetchedManifest,
  type ImageManifest,
  type ImageReference,
  NotInRegistryError,
  RegistryError,
  type RegistryClient,
} from '@kubewarden/registry';
import type { SimpleSigningLayer } from '@kubewarden/signatures';

const wasmLayerMediaType = 'application/vnd.wasm.content.layer.v1+wasm';
const simpleSigningMediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
const manifestMediaType = 'application/vnd.oci.image.manifest.v1+json';

/** One repository of a registry, without network: what a client reads is what a test has put there. */
export interface MemoryRegistry {
  readonly client: RegistryClient;
  /** What has been asked for: `manifest sha256-….sig`. */
  readonly requests: readonly string[];
  /** Thrown by every request while it is set. */
  failure: RegistryError | undefined;
  /** An image with one Wasm layer under the tag `v1`; its digest. */
  pushPolicy(module: Uint8Array): string;
  /** What is under a tag; its digest. */
  pushManifest(tag: string, manifest: object): string;
  pushSimpleSigning(digest: string, layers: readonly SimpleSigningLayer[]): void;
  /**
   * @param options.predicateType as the annotation of the manifest says it
   * @param options.listedAs the artifact type in the list of referrers; that of the manifest by default
   */
  pushBundle(
    digest: string,
    bundle: Uint8Array,
    options?: { readonly mediaType?: string; readonly predicateType?: string; readonly listedAs?: string },
  ): void;
}

export function createMemoryRegistry(): MemoryRegistry {
  const manifests = new Map<string, Uint8Array>();
  const blobs = new Map<string, Uint8Array>();
  const referrers = new Map<string, Descriptor[]>();
  const requests: string[] = [];

  const find = (name: string): Uint8Array => {
    requests.push(`manifest ${name}`);
    if (registry.failure !== undefined) throw registry.failure;
    const bytes = manifests.get(name);
    if (bytes === undefined) throw new NotInRegistryError(`Image manifest not found: ${name}`);
    return bytes;
  };
  const pushBlob = (bytes: Uint8Array, mediaType: string): Descriptor => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };

  const client: RegistryClient = {
    resolveDigest: async (image) => digestOf(find(nameOf(image))),
    fetchManifest: async (image) => {
      const bytes = find(nameOf(image));
      const manifest = JSON.parse(Buffer.from(bytes).toString()) as ImageManifest;
      const kind = 'manifests' in manifest ? 'index' : 'image';
      return {
        kind,
        digest: digestOf(bytes),
        mediaType: manifestMediaType,
        bytes,
        manifest,
      } as FetchedManifest;
    },
    fetchBlob: async (_image, { digest }, { maximumBytes }) => {
      requests.push(`blob ${digest}`);
      if (registry.failure !== undefined) throw registry.failure;
      const bytes = blobs.get(digest);
      if (bytes === undefined) throw new NotInRegistryError(`blob not found: ${digest}`);
      if (bytes.length > maximumBytes) throw new RegistryError(`blob too large: ${digest}`);
      return bytes;
    },
    listReferrers: async ({ digest }) => {
      requests.push(`referrers ${digest}`);
      if (registry.failure !== undefined) throw registry.failure;
      return referrers.get(digest) ?? [];
    },
    fetchImageManifest: unused,
    streamBlob: unused,
    fetchBlobRange: unused,
    pushBlob: unused,
    pushManifest: unused,
    listTags: unused,
    streamUrl: unused,
    close: async () => {},
  };

  const registry: MemoryRegistry = {
    client,
    requests,
    failure: undefined,
    pushPolicy: (module) =>
      registry.pushManifest('v1', {
        config: pushBlob(Buffer.from('{}'), 'application/vnd.wasm.config.v1+json'),
        layers: [pushBlob(module, wasmLayerMediaType)],
        schemaVersion: 2,
      }),
    pushManifest: (tag, manifest) => {
      const bytes = Buffer.from(JSON.stringify(manifest));
      const digest = digestOf(bytes);
      manifests.set(tag, bytes);
      manifests.set(digest, bytes);
      return digest;
    },
    pushSimpleSigning: (digest, layers) => {
      registry.pushManifest(`${digest.replace(':', '-')}.sig`, {
        schemaVersion: 2,
        config: pushBlob(Buffer.from('{}'), 'application/vnd.oci.image.config.v1+json'),
        layers: layers.map(({ payload, annotations }) => ({
          ...pushBlob(payload, simpleSigningMediaType),
          annotations,
        })),
      });
    },
    pushBundle: (digest, bundle, options = {}) => {
      const artifactType = options.mediaType ?? 'application/vnd.dev.sigstore.bundle.v0.3+json';
      const manifest = {
        schemaVersion: 2,
        artifactType,
        config: pushBlob(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json'),
        layers: [pushBlob(bundle, artifactType)],
        ...(options.predicateType !== undefined && {
          annotations: { 'dev.sigstore.bundle.predicateType': options.predicateType },
        }),
      };
      const size = JSON.stringify(manifest).length;
      const bundleDigest = registry.pushManifest(`bundle-${referrers.size}-${size}`, manifest);
      const known = referrers.get(digest) ?? [];
      referrers.set(digest, [
        ...known,
        {
          mediaType: manifestMediaType,
          digest: bundleDigest,
          size,
          artifactType: options.listedAs ?? artifactType,
        },
      ]);
    },
  };
  return registry;
}

function unused(): never {
  throw new Error('not a part of this registry');
}

function nameOf({ digest, tag }: ImageReference): string {
  return digest ?? tag ?? '';
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
