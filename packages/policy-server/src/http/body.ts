import type { IncomingMessage } from 'node:http';

/** A request's body, or why there is none. */
export type Body =
  | { readonly kind: 'complete'; readonly bytes: Uint8Array }
  /** Longer than the limit. */
  | { readonly kind: 'too-large' }
  /** All requests together hold as much as they may. */
  | { readonly kind: 'overloaded' }
  /** The client went away. */
  | { readonly kind: 'aborted' };

/** The bytes that all bodies together may hold while they are received and evaluated. */
export class BodyBudget {
  #available: number;

  constructor(bytes: number) {
    this.#available = bytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.#available) return false;
    this.#available -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#available += bytes;
  }
}

/**
 * How much of a refused body is read and thrown away, so that the client gets the answer and not a reset
 * connection.
 */
const maximumDiscardedBytes = 64 * 1024 * 1024;

/**
 * Reads a body of at most `limit` bytes. A body that came in one piece is not copied. The bytes are taken from
 * `budget`; for a complete body the caller gives them back, for any other that is done here.
 */
export function readBody(request: IncomingMessage, limit: number, budget: BodyBudget): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let discarded = 0;
    let refusal: 'too-large' | 'overloaded' | undefined;

    const refuse = (kind: 'too-large' | 'overloaded'): void => {
      refusal = kind;
      budget.give(size);
      size = 0;
      chunks.length = 0;
    };
    let ended = false;
    const end = (body: Body): void => {
      if (ended) return;
      ended = true;
      if (body.kind !== 'complete') {
        request.removeAllListeners('data');
        budget.give(size);
      }
      resolve(body);
    };

    if (Number(request.headers['content-length'] ?? 0) > limit) refusal = 'too-large';
    request.on('data', (chunk: Uint8Array) => {
      if (refusal === undefined) {
        if (size + chunk.byteLength > limit) refuse('too-large');
        else if (!budget.take(chunk.byteLength)) refuse('overloaded');
        else {
          size += chunk.byteLength;
          chunks.push(chunk);
          return;
        }
      }
      discarded += chunk.byteLength;
      if (discarded > maximumDiscardedBytes) end({ kind: refusal! });
    });
    request.once('end', () => {
      if (refusal !== undefined) end({ kind: refusal });
      else end({ kind: 'complete', bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size) });
    });
    request.once('error', () => end({ kind: 'aborted' }));
    request.once('close', () => end({ kind: 'aborted' }));
  });
}
