import { createHash, type Hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryError } from '../errors.ts';
import { redact } from './redact.ts';
import { maximumAttempts, type TransferLimits } from './transfer-limits.ts';
import { type Answer, ConnectionBrokenError } from './transport.ts';

/** The whole body. `tooLarge` makes the error for more than `maximumBytes`. */
export async function readBytes(
  answer: Answer,
  maximumBytes: number,
  tooLarge: () => RegistryError,
): Promise<Uint8Array> {
  if (Number(answer.header('content-length') ?? 0) > maximumBytes) {
    answer.discard();
    throw tooLarge();
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer.body) {
    size += piece.byteLength;
    if (size > maximumBytes) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

export interface ResumableBody {
  /** Asks for the body, from `offset` on if that is possible; the answer has status 200 or 206. */
  readonly open: (offset: number) => Promise<Answer>;
  readonly hashAlgorithm: 'sha256' | 'sha384' | 'sha512';
  /** Judges the digest (hexadecimal) of all that was delivered. */
  readonly checkDigest?: (digest: string) => void;
  /** Checks how much there is, before more of it is delivered. */
  readonly checkSize: (bytes: number, answer: Answer) => void;
  /** In bytes, where it is known beforehand. */
  readonly size: number | undefined;
  readonly limits: TransferLimits;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: { transferred: number; total?: number }) => void) | undefined;
}

/**
 * Delivers a body piece by piece. When the connection breaks, it goes on where it was: by a range, or by reading
 * from the start again, provided that the start is what it was.
 *
 * @throws ConnectionBrokenError when the third connection breaks, too
 */
export async function* readResumably(body: ResumableBody): AsyncGenerator<Uint8Array> {
  const { hashAlgorithm, size, limits } = body;
  const hash = createHash(hashAlgorithm);
  let transferred = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await body.open(transferred);
      const total = size ?? contentLength(answer);
      for await (const piece of withoutStart(answer, transferred, hash, hashAlgorithm)) {
        body.checkSize(transferred + piece.byteLength, answer);
        transferred += piece.byteLength;
        hash.update(piece);
        yield piece;
        body.onProgress?.({ transferred, ...(total !== undefined && { total }) });
      }
      if (size === undefined || transferred === size) break;
      throw new ConnectionBrokenError(
        `the answer of ${redact(answer.url)} is incomplete: ${transferred} of ${size} bytes`,
      );
    } catch (error) {
      if (!(error instanceof ConnectionBrokenError) || attempt === maximumAttempts) throw error;
    }
    await sleep(limits.retryMilliseconds * 2 ** (attempt - 1), undefined, { signal: body.signal });
  }
  body.checkDigest?.(hash.digest('hex'));
}

function contentLength(answer: Answer): number | undefined {
  const text = answer.header('content-length');
  return text === undefined || answer.status !== 200 ? undefined : Number(text);
}

/** What follows the first `offset` bytes, which have been delivered before and gone into `hash`. */
async function* withoutStart(
  answer: Answer,
  offset: number,
  hash: Hash,
  algorithm: string,
): AsyncGenerator<Uint8Array> {
  if (answer.status === 206) {
    const start = /^bytes (\d+)-/.exec(answer.header('content-range') ?? '')?.[1];
    if (start !== String(offset)) {
      answer.discard();
      throw new RegistryError(`${redact(answer.url)} answered with another range than it was asked for`);
    }
    yield* answer.body;
    return;
  }
  const known = hash.copy().digest();
  const again = createHash(algorithm);
  let skip = offset;
  for await (const piece of answer.body) {
    if (skip === 0) {
      yield piece;
      continue;
    }
    const start = piece.subarray(0, skip);
    again.update(start);
    skip -= start.byteLength;
    if (skip === 0 && !again.digest().equals(known)) {
      throw new RegistryError(`what ${redact(answer.url)} sends has changed while it was read`);
    }
    if (start.byteLength < piece.byteLength) yield piece.subarray(start.byteLength);
  }
  if (skip > 0) throw new RegistryError(`what ${redact(answer.url)} sends has changed while it was read`);
}
