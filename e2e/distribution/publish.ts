import { createHash } from 'node:crypto';
import {
  type Descriptor,
  imageByDigest,
  parseImageReference,
  type RegistryClient,
} from '@kubewarden/registry';

const imageManifest = 'application/vnd.oci.image.manifest.v1+json';

/** A layer of a signature image: what was signed, and the annotations that sign it. */
interface SignatureLayer {
  readonly payload: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Pushes a module as policies are pushed.
 *
 * @returns the digest of its manifest
 */
export async function pushPolicy(
  client: RegistryClient,
  reference: string,
  module: Uint8Array,
): Promise<string> {
  return pushImage(client, reference, [
    { mediaType: 'application/vnd.wasm.content.layer.v1+wasm', content: module },
  ]);
}

/** Pushes signatures of the image with this digest where cosign puts them. */
export async function pushSignatures(
  client: RegistryClient,
  reference: string,
  digest: string,
  layers: readonly SignatureLayer[],
): Promise<void> {
  const { registry, repository } = parseImageReference(reference);
  await pushImage(
    client,
    `${registry}/${repository}:${digest.replace(':', '-')}.sig`,
    layers.map(({ payload, annotations }) => ({
      mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
      content: payload,
      annotations,
    })),
  );
}

interface Layer {
  readonly mediaType: string;
  readonly content: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** @param config - JSON text */
export async function pushImage(
  client: RegistryClient,
  reference: string,
  layers: readonly Layer[],
  config = '{}',
): Promise<string> {
  const image = parseImageReference(reference);
  const push = async ({ mediaType, content, annotations }: Layer): Promise<Descriptor> => {
    const digest = sha256(content);
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield content;
    };
    await client.pushBlob(image, { digest, size: content.byteLength, open });
    return { mediaType, digest, size: content.byteLength, ...(annotations && { annotations }) };
  };
  const manifest = {
    schemaVersion: 2,
    config: await push({
      mediaType: 'application/vnd.oci.image.config.v1+json',
      content: Buffer.from(config),
    }),
    layers: await Promise.all(layers.map(push)),
  };
  const { digest } = await client.pushManifest(image, Buffer.from(JSON.stringify(manifest)), imageManifest);
  return digest;
}

/**
 * Pushes an index of images that are in its repository.
 *
 * @param platforms - digest of each image by its architecture
 */
export async function pushIndex(
  client: RegistryClient,
  reference: string,
  platforms: Readonly<Record<string, string>>,
): Promise<string> {
  const image = parseImageReference(reference);
  const manifests = await Promise.all(
    Object.entries(platforms).map(async ([architecture, digest]) => {
      const { bytes } = await client.fetchManifest(imageByDigest(image, digest));
      return {
        mediaType: imageManifest,
        digest,
        size: bytes.byteLength,
        platform: { architecture, os: 'linux' },
      };
    }),
  );
  const index = 'application/vnd.oci.image.index.v1+json';
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: index, manifests }));
  return (await client.pushManifest(image, bytes, index)).digest;
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
