import { RegistryError, NotInRegistryError, UnsupportedManifestError } from '../errors.ts';
import { imageByDigest, type ImageReference } from '../reference/image-reference.ts';
import { computeDigest } from './digest.ts';
import type { Descriptor, ImageManifest } from './manifest.ts';
import { ociIndex, ociManifest } from './media-types.ts';
import { referrersTag } from './referrers-tag.ts';
import type { CallOptions, RegistryClient } from './registry-client.ts';

/** What artifacts without a configuration have in its place (OCI image specification 1.1, manifest.md). */
const emptyConfig = Buffer.from('{}');
const emptyConfigMediaType = 'application/vnd.oci.empty.v1+json';
/** How often the list of referrers is written, when others write it at the same time. */
const maximumWrites = 5;

/** The manifest that something is attached to. */
export interface Subject {
  /** Names registry and repository; tag and digest do not matter. */
  readonly image: ImageReference;
  readonly descriptor: Descriptor;
}

export interface Artifact {
  readonly artifactType: string;
  readonly layer: { readonly mediaType: string; readonly bytes: Uint8Array };
  /** Of the artifact's manifest, and of its entry in the list of referrers. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Pushes an artifact that refers to a manifest: its content, its manifest, and, in registries without a
 * referrers API, its entry under the tag that stands in for it.
 *
 * @returns the descriptor of the artifact's manifest, as lists of referrers show it
 * @throws RegistryError
 */
export async function attachArtifact(
  client: RegistryClient,
  { image, descriptor: { mediaType, digest, size } }: Subject,
  { artifactType, layer, annotations }: Artifact,
  options: CallOptions = {},
): Promise<Descriptor> {
  for (const bytes of [layer.bytes, emptyConfig]) {
    await client.pushBlob(
      image,
      { digest: computeDigest(bytes), size: bytes.byteLength, open: () => once(bytes) },
      options,
    );
  }
  const manifest: ImageManifest & { readonly mediaType: string } = {
    schemaVersion: 2,
    mediaType: ociManifest,
    artifactType,
    config: describe(emptyConfigMediaType, emptyConfig),
    layers: [describe(layer.mediaType, layer.bytes)],
    subject: { mediaType, digest, size },
    ...(annotations !== undefined && { annotations }),
  };
  return pushReferrer(client, image, manifest, options);
}

/**
 * Pushes a manifest that has a subject, and sees to it that the registry lists it among the referrers of that.
 *
 * @returns its descriptor
 * @throws RegistryError
 */
async function pushReferrer(
  client: RegistryClient,
  image: ImageReference,
  manifest: ImageManifest & { readonly mediaType: string },
  options: CallOptions,
): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(manifest));
  const { mediaType, artifactType, annotations, subject } = manifest;
  const descriptor: Descriptor = {
    ...describe(mediaType, bytes),
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
  };
  const pushed = await client.pushManifest(
    imageByDigest(image, descriptor.digest),
    bytes,
    mediaType,
    options,
  );
  if (subject !== undefined && !pushed.subjectRecorded) {
    await keepInList(client, image, subject.digest, descriptor, options);
  }
  return descriptor;
}

/**
 * Adds an entry to the fallback tag, unless the registry lists it of itself. Others may write the tag at the
 * same time: what was written is read again, and written again where it is missing.
 */
async function keepInList(
  client: RegistryClient,
  image: ImageReference,
  subjectDigest: string,
  entry: Descriptor,
  options: CallOptions,
): Promise<void> {
  const subject = { ...imageByDigest(image, subjectDigest), digest: subjectDigest };
  const { registry, repository } = image;
  const tag = { registry, repository, tag: referrersTag(subjectDigest) };
  for (let write = 0; write <= maximumWrites; write += 1) {
    const listed = await client.listReferrers(subject, options);
    if (listed.some(({ digest }) => digest === entry.digest)) return;
    if (write === maximumWrites) break;
    const index = await readIndex(client, tag, options);
    const manifests = [...index.manifests, entry];
    const bytes = Buffer.from(JSON.stringify({ ...index, manifests }));
    await client.pushManifest(tag, bytes, ociIndex, options);
  }
  throw new RegistryError(
    `the list of referrers under the tag ${tag.tag} of ${registry}/${repository} does not keep ${entry.digest}`,
  );
}

/** The index as it is, with all fields of all entries. */
async function readIndex(
  client: RegistryClient,
  tag: ImageReference,
  options: CallOptions,
): Promise<{ readonly manifests: readonly unknown[] }> {
  try {
    const fetched = await client.fetchManifest(tag, options);
    if (fetched.kind === 'index') {
      return JSON.parse(Buffer.from(fetched.bytes).toString()) as { manifests: readonly unknown[] };
    }
    throw new UnsupportedManifestError(`the tag ${tag.tag}, which lists referrers, is no image index`);
  } catch (error) {
    if (!(error instanceof NotInRegistryError)) throw error;
    const empty = { schemaVersion: 2, mediaType: ociIndex, manifests: [] };
    return empty;
  }
}

function describe(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: computeDigest(bytes), size: bytes.byteLength };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
