import { createHash } from 'node:crypto';
import {
  type BlobContent,
  type CallOptions,
  type Descriptor,
  type ImageManifest,
  type ImageReference,
  NotInRegistryError,
  type RegistryClient,
} from '@kubewarden/registry';
import { SigningError } from '../errors.ts';
import { simpleSigningMediaType } from '../discovery/media-types.ts';
import { layerAnnotations, type SimpleSignature } from './make-signatures.ts';
import type { PreparedSigner } from './prepare-signer.ts';
import { isSignedByKey } from './signing-key.ts';

const configType = 'application/vnd.oci.image.config.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** The image whose layers are the signatures of another one, which is named by its tag. */
export interface SignatureImage {
  readonly image: ImageReference & { readonly tag: string };
  /** What is there already. */
  readonly found?: { readonly manifest: ImageManifest; readonly mediaType: string; readonly digest: string };
}

/** @throws SigningError if the tag is taken by something else, and the errors of the client */
export async function findSignatureImage(
  client: RegistryClient,
  signed: ImageReference,
  digest: string,
  options: CallOptions,
): Promise<SignatureImage> {
  const tag = `${digest.replace(':', '-')}.sig`;
  const image = { registry: signed.registry, repository: signed.repository, tag };
  try {
    const fetched = await client.fetchManifest(image, options);
    const foreign =
      fetched.kind !== 'image' ||
      fetched.manifest.layers.some(({ mediaType }) => mediaType !== simpleSigningMediaType);
    if (foreign) throw new SigningError(`the tag ${tag} holds something that is no image of signatures`);
    return {
      image,
      found: { manifest: fetched.manifest, mediaType: fetched.mediaType, digest: fetched.digest },
    };
  } catch (error) {
    if (error instanceof NotInRegistryError) return { image };
    throw error;
  }
}

/** Whether the same signer has signed the same before, with all that would go with it now. */
export function holdsSignature(
  { found }: SignatureImage,
  signer: PreparedSigner,
  payload: Uint8Array,
): boolean {
  if (!signer.lasting) return false;
  const payloadDigest = digestOf(payload);
  return (found?.manifest.layers ?? []).some(({ digest, annotations = {} }) => {
    const signature = Buffer.from(annotations[layerAnnotations.signature] ?? '', 'base64');
    return (
      digest === payloadDigest &&
      annotations[layerAnnotations.certificate] === signer.certificate &&
      annotations[layerAnnotations.chain] === signer.chain &&
      (signer.timestampUrl !== undefined) === layerAnnotations.timestamp in annotations &&
      (signer.rekorUrl !== undefined) === layerAnnotations.logEntry in annotations &&
      isSignedByKey(signer.key, payload, signature)
    );
  });
}

/**
 * Adds a layer to what is there.
 *
 * @returns the digest of the image of signatures
 */
export async function pushSignatureLayer(
  client: RegistryClient,
  { image, found }: SignatureImage,
  payload: Uint8Array,
  signature: SimpleSignature,
  options: CallOptions,
): Promise<string> {
  const layer: Descriptor = {
    mediaType: simpleSigningMediaType,
    size: payload.length,
    digest: digestOf(payload),
    annotations: signature.annotations,
  };
  const layers = [...(found?.manifest.layers ?? []), layer];
  const config = Buffer.from(JSON.stringify(configFor(layers)));
  await client.pushBlob(image, content(payload), options);
  await client.pushBlob(image, content(config), options);
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    ...found?.manifest,
    config: {
      mediaType: found?.manifest.config.mediaType ?? configType,
      size: config.length,
      digest: digestOf(config),
    },
    layers,
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const { digest } = await client.pushManifest(image, bytes, found?.mediaType ?? manifestType, options);
  return digest;
}

/** Made anew each time, as cosign does: all that it says follows from the layers. */
function configFor(layers: readonly Descriptor[]): object {
  const never = '0001-01-01T00:00:00Z';
  return {
    architecture: '',
    created: never,
    history: layers.map(() => ({ created: never })),
    os: '',
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    config: {},
  };
}

function content(bytes: Uint8Array): BlobContent {
  return {
    digest: digestOf(bytes),
    size: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
