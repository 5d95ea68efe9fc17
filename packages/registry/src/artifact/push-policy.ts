import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { PolicyPushError, RegistryError } from '../errors.ts';
import type { BlobContent, RegistryClient, TransferOptions } from '../oci/registry-client.ts';
import { maximumPolicyBytes } from '../policy-file.ts';
import { formatImageReference, imageByDigest, type ImageReference } from '../reference/image-reference.ts';
import { hashFile } from '../store/facts.ts';
import { policyMediaTypes } from './media-types.ts';
import { emptyConfig, encodePolicyManifest } from './policy-manifest.ts';

/** The module to push; a file is read piece by piece. */
export type PolicySource = { readonly path: string } | { readonly bytes: Uint8Array };

export interface PushPolicyOptions extends TransferOptions {
  /** Of the manifest, see `policyAnnotations`. */
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface PushedPolicy {
  /** `registry/repository@sha256:…` */
  readonly immutableReference: string;
  /** Of the manifest, computed here. */
  readonly digest: string;
}

const readBytes = 256 * 1024;

/**
 * Pushes a policy: its module, an empty config, and the manifest under the tag or the digest of `image`. What is
 * pushed is not looked at.
 *
 * @throws PolicyPushError
 */
export async function pushPolicy(
  client: RegistryClient,
  image: ImageReference,
  source: PolicySource,
  { annotations, signal, onProgress }: PushPolicyOptions = {},
): Promise<PushedPolicy> {
  const layer = await blobOf(source);
  const call = signal === undefined ? {} : { signal };
  try {
    await client.pushBlob(image, layer, { ...call, ...(onProgress !== undefined && { onProgress }) });
    await client.pushBlob(image, bytesBlob(emptyConfig.bytes, emptyConfig.digest), call);
    const manifest = encodePolicyManifest(layer, annotations);
    const { digest } = await client.pushManifest(image, manifest, policyMediaTypes.manifest, call);
    return { immutableReference: formatImageReference(imageByDigest(image, digest)), digest };
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    throw new PolicyPushError(`Fail to interact with OCI registry: ${cause.message}`, { cause });
  }
}

async function blobOf(source: PolicySource): Promise<BlobContent> {
  const blob =
    'path' in source
      ? await fileBlob(source.path)
      : bytesBlob(source.bytes, `sha256:${createHash('sha256').update(source.bytes).digest('hex')}`);
  if (blob.size === 0) throw new PolicyPushError('cannot push a blob without data');
  if (blob.size > maximumPolicyBytes) {
    throw new PolicyPushError(`the policy has ${blob.size} bytes, at most ${maximumPolicyBytes} are allowed`);
  }
  return blob;
}

async function fileBlob(path: string): Promise<BlobContent> {
  try {
    const { sha256, size } = await hashFile(path);
    const open = (): AsyncIterable<Uint8Array> => createReadStream(path, { highWaterMark: readBytes });
    return { digest: `sha256:${sha256}`, size, open };
  } catch (cause) {
    throw new PolicyPushError(`cannot read policy ${path}: ${(cause as Error).message}`, { cause });
  }
}

function bytesBlob(bytes: Uint8Array, digest: string): BlobContent {
  return {
    digest,
    size: bytes.byteLength,
    // eslint-disable-next-line typescript/require-await -- an iteration that has nothing to wait for
    async *open() {
      yield bytes;
    },
  };
}
