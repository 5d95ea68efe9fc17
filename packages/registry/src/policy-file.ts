import { InvalidPolicyFileError, PolicyFetchError } from './errors.ts';

/** A module larger than this (256 MiB) is neither fetched nor loaded. */
export const maximumPolicyBytes = 256 * 1024 * 1024;

const magic = Uint8Array.of(0x00, 0x61, 0x73, 0x6d);

/** Whether the bytes start as a WebAssembly module does. The version that follows is not looked at. */
export function startsLikeWasm(bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/**
 * Passes the bytes of a module on.
 *
 * @throws InvalidPolicyFileError as soon as they are known to be no WebAssembly module
 * @throws PolicyFetchError when there are more than `maximumBytes`
 */
export async function* checkPolicyFile(
  content: AsyncIterable<Uint8Array>,
  maximumBytes: number = maximumPolicyBytes,
): AsyncGenerator<Uint8Array, void> {
  // Held back until it is long enough to be judged.
  let start: Uint8Array | undefined = new Uint8Array(0);
  let size = 0;
  for await (const chunk of content) {
    size += chunk.byteLength;
    if (size > maximumBytes) throw new PolicyFetchError(`the policy is larger than ${maximumBytes} bytes`);
    if (start === undefined) {
      yield chunk;
      continue;
    }
    start = start.byteLength === 0 ? chunk : Buffer.concat([start, chunk]);
    if (start.byteLength < magic.byteLength) continue;
    if (!startsLikeWasm(start)) break;
    yield start;
    start = undefined;
  }
  if (start !== undefined) throw new InvalidPolicyFileError('invalid wasm file');
}
