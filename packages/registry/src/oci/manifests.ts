import { NotInRegistryError, UnsupportedManifestError } from '../errors.ts';
import { formatImageReference, imageByDigest, type ImageReference } from '../reference/image-reference.ts';
import { readBytes } from '../transport/read-body.ts';
import { redact } from '../transport/redact.ts';
import type { Answer } from '../transport/transport.ts';
import { registryFailure, unexpectedStatus } from './answer-errors.ts';
import { decodeManifest } from './decode-manifest.ts';
import { computeDigest, digestAlgorithm, digestMismatch, isDigest } from './digest.ts';
import type { FetchedImageManifest, FetchedManifest } from './manifest.ts';
import { manifestMediaTypes } from './media-types.ts';
import { entryForThisPlatform } from './platform.ts';
import type { Session } from './session.ts';

const maximumManifestBytes = 4 * 1024 * 1024;

const accept = manifestMediaTypes.join(', ');

function manifestPath({ tag, digest }: ImageReference): string {
  return `manifests/${digest ?? tag ?? 'latest'}`;
}

/** The digest that an answer's header names, checked against that of the reference. */
function announcedDigest(image: ImageReference, answer: Answer): string | undefined {
  const digest = answer.header('docker-content-digest');
  if (digest === undefined || !isDigest(digest)) return undefined;
  const { digest: expected } = image;
  const isComparable = expected !== undefined && digestAlgorithm(expected) === digestAlgorithm(digest);
  if (isComparable && expected !== digest) {
    answer.discard();
    throw digestMismatch(expected, digest);
  }
  return digest;
}

export async function resolveDigest(
  session: Session,
  image: ImageReference,
  signal: AbortSignal,
): Promise<string> {
  const digest = await session.request(
    image,
    { method: 'HEAD', target: manifestPath(image), actions: 'pull', headers: { accept }, signal },
    async (answer) => {
      if (answer.status === 200) {
        const announced = announcedDigest(image, answer);
        answer.discard();
        return image.digest ?? announced;
      }
      answer.discard();
      // Not every registry answers HEAD; what is wrong is in the body that GET has.
      return undefined;
    },
  );
  return digest ?? (await fetchManifest(session, image, signal)).digest;
}

export async function fetchManifest(
  session: Session,
  image: ImageReference,
  signal: AbortSignal,
): Promise<FetchedManifest> {
  const { bytes, announced, contentType } = await session.request(
    image,
    { method: 'GET', target: manifestPath(image), actions: 'pull', headers: { accept }, signal },
    async (answer) => {
      if (answer.status !== 200) throw await registryFailure(answer);
      return {
        announced: announcedDigest(image, answer),
        contentType: answer.header('content-type'),
        bytes: await readBytes(
          answer,
          maximumManifestBytes,
          () =>
            new UnsupportedManifestError(
              `the manifest at ${redact(answer.url)} is larger than ${maximumManifestBytes} bytes`,
            ),
        ),
      };
    },
  );
  for (const expected of [image.digest, announced]) {
    if (expected === undefined) continue;
    const actual = computeDigest(bytes, digestAlgorithm(expected));
    if (actual !== expected) throw digestMismatch(expected, actual);
  }
  const digest = image.digest ?? announced ?? computeDigest(bytes);
  try {
    return { digest, bytes, ...decodeManifest(bytes, contentType) };
  } catch (cause) {
    if (!(cause instanceof UnsupportedManifestError)) throw cause;
    throw new UnsupportedManifestError(`${cause.message} (${formatImageReference(image)})`, { cause });
  }
}

export async function fetchImageManifest(
  session: Session,
  image: ImageReference,
  signal: AbortSignal,
): Promise<FetchedImageManifest> {
  const fetched = await fetchManifest(session, image, signal);
  if (fetched.kind === 'image') return fetched;
  const entry = entryForThisPlatform(fetched.manifest.manifests);
  if (entry === undefined) {
    throw new NotInRegistryError(
      "Image manifest not found: no entry found in image index manifest matching client's default platform",
    );
  }
  const child = await fetchManifest(session, imageByDigest(image, entry.digest), signal);
  if (child.kind === 'image') return child;
  throw new UnsupportedManifestError('Image manifest not found: received Image Index manifest instead');
}

export async function pushManifest(
  session: Session,
  image: ImageReference,
  bytes: Uint8Array,
  mediaType: string,
  signal: AbortSignal,
): Promise<{ readonly digest: string; readonly subjectRecorded: boolean }> {
  if (bytes.byteLength > maximumManifestBytes) {
    throw new UnsupportedManifestError(
      `a manifest of ${bytes.byteLength} bytes is larger than ${maximumManifestBytes} bytes`,
    );
  }
  const digest = computeDigest(bytes, image.digest === undefined ? 'sha256' : digestAlgorithm(image.digest));
  if (image.digest !== undefined && image.digest !== digest) throw digestMismatch(image.digest, digest);
  return session.request(
    image,
    {
      method: 'PUT',
      target: manifestPath(image),
      actions: 'pull,push',
      headers: { 'content-type': mediaType },
      body: bytes,
      signal,
    },
    async (answer) => {
      if (answer.status < 200 || answer.status > 299) throw await registryFailure(answer);
      answer.discard();
      if (answer.status !== 201) throw unexpectedStatus(201, answer);
      announcedDigest({ ...image, digest }, answer);
      return { digest, subjectRecorded: answer.header('oci-subject') !== undefined };
    },
  );
}
