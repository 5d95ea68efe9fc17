import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryError } from '../errors.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { redact } from '../transport/redact.ts';
import { maximumAttempts } from '../transport/transfer-limits.ts';
import { type Answer, ConnectionBrokenError } from '../transport/transport.ts';
import { registryFailure, unexpectedStatus } from './answer-errors.ts';
import { checkBlob } from './blobs.ts';
import { digestAlgorithm, digestMismatch, isDigest } from './digest.ts';
import type { BlobContent, TransferProgress } from './registry-client.ts';
import type { Session } from './session.ts';

const chunkBytes = 4 * 1024 * 1024;
const maximumChunkBytes = 64 * 1024 * 1024;

interface Upload {
  readonly session: Session;
  readonly image: ImageReference;
  readonly content: BlobContent;
  readonly signal: AbortSignal;
  readonly onProgress: ((progress: TransferProgress) => void) | undefined;
}

/** Where the next part of an upload goes, or its end. */
interface Progress {
  location: URL | undefined;
}

/** The registry does not take a blob in chunks, as it should. */
class ChunksRefusedError extends RegistryError {}

/** A part of an upload failed in a way that a new upload may not. */
class UploadBrokenError extends RegistryError {}

export async function pushBlob(upload: Upload): Promise<'pushed' | 'present'> {
  checkBlob({ mediaType: '', ...upload.content }, upload.session.limits.maximumBytes);
  let send = upload.content.size > chunkBytes ? sendInChunks : sendWhole;
  for (let attempt = 1; ; attempt += 1) {
    if (await isPresent(upload)) return attempt === 1 ? 'present' : 'pushed';
    const progress: Progress = { location: undefined };
    try {
      await send(upload, progress);
      return 'pushed';
    } catch (error) {
      await abandon(upload, progress.location);
      if (error instanceof ChunksRefusedError && send !== sendWhole) {
        send = sendWhole;
        continue;
      }
      const mayHelp = error instanceof ConnectionBrokenError || error instanceof UploadBrokenError;
      if (!mayHelp || attempt >= maximumAttempts) throw error;
    }
    const pause = upload.session.limits.retryMilliseconds * 2 ** (attempt - 1);
    await sleep(pause, undefined, { signal: upload.signal });
  }
}

function isPresent({ session, image, content, signal }: Upload): Promise<boolean> {
  return session.request(
    image,
    { method: 'HEAD', target: `blobs/${content.digest}`, actions: 'pull,push', signal },
    (answer) => {
      answer.discard();
      return answer.status === 200;
    },
  );
}

/** POST, then PUT with all bytes. */
async function sendWhole(upload: Upload, progress: Progress): Promise<void> {
  const { session, image, content, signal, onProgress } = upload;
  const { location } = await start(upload);
  progress.location = location;
  await session.request(
    image,
    {
      method: 'PUT',
      target: closing(location, content.digest),
      actions: 'pull,push',
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(content.size),
      },
      ...(content.size > 0 && {
        body: async function* () {
          let transferred = 0;
          for await (const piece of checked(content)) {
            yield piece;
            transferred += piece.byteLength;
            onProgress?.({ transferred, total: content.size });
          }
        },
      }),
      repeatable: false,
      signal,
    },
    (answer) => finish(upload, answer),
  );
}

/** POST, a PATCH for each chunk, then PUT. */
async function sendInChunks(upload: Upload, progress: Progress): Promise<void> {
  const { session, image, content, signal, onProgress } = upload;
  const started = await start(upload);
  progress.location = started.location;
  if (started.chunkBytes > maximumChunkBytes) {
    throw new ChunksRefusedError(`${image.registry} takes chunks of ${started.chunkBytes} bytes at least`);
  }
  let location = started.location;
  let transferred = 0;
  for await (const chunk of inChunks(checked(content), started.chunkBytes)) {
    const end = transferred + chunk.byteLength - 1;
    location = await session.request(
      image,
      {
        method: 'PATCH',
        target: location,
        actions: 'pull,push',
        headers: {
          'content-type': 'application/octet-stream',
          'content-range': `${transferred}-${end}`,
        },
        body: chunk,
        repeatable: false,
        signal,
      },
      (answer) => afterChunk(upload, progress, answer, end),
    );
    transferred += chunk.byteLength;
    onProgress?.({ transferred, total: content.size });
  }
  await session.request(
    image,
    {
      method: 'PUT',
      target: closing(location, content.digest),
      actions: 'pull,push',
      headers: { 'content-length': '0' },
      repeatable: false,
      signal,
    },
    (answer) => finish(upload, answer),
  );
}

async function start(upload: Upload): Promise<{ readonly location: URL; readonly chunkBytes: number }> {
  const { session, image, signal } = upload;
  return session.request(
    image,
    {
      method: 'POST',
      target: 'blobs/uploads/',
      actions: 'pull,push',
      headers: { 'content-length': '0' },
      signal,
    },
    async (answer) => {
      if (answer.status < 200 || answer.status > 299) throw await registryFailure(answer);
      answer.discard();
      if (answer.status !== 202) throw unexpectedStatus(202, answer);
      const least = Number(answer.header('oci-chunk-min-length') ?? 0);
      return {
        location: locationOf(upload, answer),
        chunkBytes: Math.max(chunkBytes, Number.isSafeInteger(least) ? least : 0),
      };
    },
  );
}

async function afterChunk(upload: Upload, progress: Progress, answer: Answer, end: number): Promise<URL> {
  const { status } = answer;
  if (status === 405 || status === 501) {
    answer.discard();
    throw new ChunksRefusedError(`${redact(answer.url)} takes no chunks`);
  }
  if (status < 200 || status > 299) throw await uploadFailure(answer);
  answer.discard();
  if (status !== 202) throw new ChunksRefusedError(unexpectedStatus(202, answer).message);
  progress.location = locationOf(upload, answer);
  const received = /^(?:bytes=)?0-(\d+)$/.exec(answer.header('range') ?? '')?.[1];
  if (received !== undefined && Number(received) !== end) {
    throw new UploadBrokenError(
      `${redact(answer.url)} has received ${Number(received) + 1} bytes of ${end + 1}`,
    );
  }
  return progress.location;
}

async function finish({ content }: Upload, answer: Answer): Promise<void> {
  if (answer.status < 200 || answer.status > 299) throw await uploadFailure(answer);
  answer.discard();
  if (answer.status !== 201) throw unexpectedStatus(201, answer);
  const announced = answer.header('docker-content-digest');
  const isComparable =
    announced !== undefined &&
    isDigest(announced) &&
    digestAlgorithm(announced) === digestAlgorithm(content.digest);
  if (isComparable && announced !== content.digest) throw digestMismatch(content.digest, announced);
}

async function uploadFailure(answer: Answer): Promise<RegistryError> {
  const failure = await registryFailure(answer);
  // 416: chunks have arrived otherwise than they were sent.
  const isTransient = answer.status === 416 || answer.status === 429 || answer.status >= 500;
  return isTransient ? new UploadBrokenError(failure.message) : failure;
}

function locationOf({ session, image }: Upload, answer: Answer): URL {
  const header = answer.header('location');
  if (header === undefined) throw new RegistryError('Registry did not return a location header');
  const location = session.resolve(image, header, answer);
  if (location === undefined) {
    throw new RegistryError(`${redact(answer.url)} names a place for the upload that cannot be used`);
  }
  return location;
}

function closing(location: URL, digest: string): URL {
  const url = new URL(location);
  url.searchParams.append('digest', digest);
  return url;
}

/** Tells the registry that the rest will not come. Whether that succeeds does not matter. */
async function abandon({ session, image }: Upload, location: URL | undefined): Promise<void> {
  if (location === undefined) return;
  const signal = AbortSignal.timeout(session.limits.connectMilliseconds);
  await session
    .request(
      image,
      { method: 'DELETE', target: location, actions: 'pull,push', repeatable: false, signal },
      (answer) => answer.discard(),
    )
    .catch(() => undefined);
}

/** The content, which must be what it is said to be. */
async function* checked(content: BlobContent): AsyncGenerator<Uint8Array> {
  const { digest, size } = content;
  const algorithm = digestAlgorithm(digest);
  const hash = createHash(algorithm);
  let read = 0;
  let last: Uint8Array | undefined;
  for await (const piece of opened(content)) {
    if (last !== undefined) yield last;
    read += piece.byteLength;
    hash.update(piece);
    last = piece;
    if (read > size) break;
  }
  const actual = `${algorithm}:${hash.digest('hex')}`;
  // The last piece is held back until it is known to be right, so that nothing wrong is ever complete.
  if (read !== size || actual !== digest) throw digestMismatch(digest, actual);
  if (last !== undefined) yield last;
}

async function* opened(content: BlobContent): AsyncGenerator<Uint8Array> {
  try {
    yield* content.open();
  } catch (cause) {
    throw new RegistryError(`cannot read what is to be pushed: ${(cause as Error).message}`, { cause });
  }
}

async function* inChunks(pieces: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (let piece of pieces) {
    while (length + piece.byteLength >= size) {
      const fitting = piece.subarray(0, size - length);
      yield Buffer.concat([...parts, fitting]);
      parts = [];
      length = 0;
      piece = piece.subarray(fitting.byteLength);
    }
    if (piece.byteLength === 0) continue;
    parts.push(piece);
    length += piece.byteLength;
  }
  if (length > 0) yield Buffer.concat(parts);
}
