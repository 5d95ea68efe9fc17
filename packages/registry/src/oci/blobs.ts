import { DigestMismatchError, RegistryError } from '../errors.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { readBytes, readResumably } from '../transport/read-body.ts';
import { redact } from '../transport/redact.ts';
import type { Answer } from '../transport/transport.ts';
import { registryFailure } from './answer-errors.ts';
import { digestAlgorithm, digestMismatch, isDigest } from './digest.ts';
import type { Descriptor } from './manifest.ts';
import type { TransferProgress } from './registry-client.ts';
import type { Session } from './session.ts';

/** Blobs are bytes; without this some registries answer with a status 406. */
const accept = '*/*';

export function checkBlob({ digest, size }: Descriptor, maximumBytes: number): void {
  if (!isDigest(digest)) throw new RegistryError(`the digest ${JSON.stringify(digest)} of a blob is none`);
  if (size > maximumBytes || !Number.isSafeInteger(size) || size < 0) {
    throw new RegistryError(`the blob ${digest} of ${size} bytes is larger than ${maximumBytes} bytes`);
  }
}

/** A blob piece by piece, checked as it passes by. */
export function streamBlob(
  session: Session,
  image: ImageReference,
  blob: Descriptor,
  options: {
    readonly signal: AbortSignal;
    readonly maximumBytes: number;
    readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  },
): AsyncIterable<Uint8Array> {
  const { signal } = options;
  checkBlob(blob, options.maximumBytes);
  const { digest, size } = blob;
  return readResumably({
    size,
    limits: session.limits,
    signal,
    onProgress: options.onProgress,
    open: (offset) =>
      session.request(
        image,
        {
          method: 'GET',
          target: `blobs/${digest}`,
          actions: 'pull',
          headers: { accept, ...(offset > 0 && { range: `bytes=${offset}-` }) },
          signal,
        },
        (answer) => checkAnswer(answer, blob, offset),
      ),
    checkSize: (bytes) => {
      if (bytes > size) throw wrongSize(blob, `more than ${size}`);
    },
    hashAlgorithm: digestAlgorithm(digest),
    checkDigest: (hex) => {
      const actual = `${digestAlgorithm(digest)}:${hex}`;
      if (actual !== digest) throw digestMismatch(digest, actual);
    },
  });
}

async function checkAnswer(answer: Answer, blob: Descriptor, offset: number): Promise<Answer> {
  if (answer.status === 206 && offset > 0) return answer;
  if (answer.status !== 200) throw await registryFailure(answer);
  const length = answer.header('content-length');
  if (length !== undefined && Number(length) !== blob.size) {
    answer.discard();
    throw wrongSize(blob, length);
  }
  const announced = answer.header('docker-content-digest');
  const isComparable =
    announced !== undefined &&
    isDigest(announced) &&
    digestAlgorithm(announced) === digestAlgorithm(blob.digest);
  if (isComparable && announced !== blob.digest) {
    answer.discard();
    throw digestMismatch(blob.digest, announced);
  }
  return answer;
}

function wrongSize({ digest, size }: Descriptor, actual: string): DigestMismatchError {
  return new DigestMismatchError(`the blob ${digest} has ${actual} bytes instead of ${size}`);
}

export async function fetchBlobRange(
  session: Session,
  image: ImageReference,
  blob: Descriptor,
  range: { readonly start: number; readonly end: number },
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  checkBlob(blob, Number.MAX_SAFE_INTEGER);
  const { maximumBytes } = session.limits;
  const { start } = range;
  const end = Math.min(range.end, blob.size);
  const length = end - start;
  if (!(start >= 0) || !(length > 0) || length > maximumBytes) {
    throw new RegistryError(
      `the bytes from ${start} to ${range.end} of the blob ${blob.digest} cannot be fetched: ` +
        `it has ${blob.size}, and at most ${maximumBytes} are fetched at once`,
    );
  }
  return session.request(
    image,
    {
      method: 'GET',
      target: `blobs/${blob.digest}`,
      actions: 'pull',
      headers: { accept, range: `bytes=${start}-${end - 1}` },
      signal,
    },
    async (answer) => {
      if (answer.status === 200) {
        answer.discard();
        return undefined;
      }
      if (answer.status !== 206) throw await registryFailure(answer);
      const wrong = (): RegistryError =>
        new RegistryError(`${redact(answer.url)} answered with another range than it was asked for`);
      if (!answer.header('content-range')?.startsWith(`bytes ${start}-${end - 1}/`)) {
        answer.discard();
        throw wrong();
      }
      const bytes = await readBytes(answer, length, wrong);
      if (bytes.byteLength !== length) throw wrong();
      return bytes;
    },
  );
}
