import { RegoEvaluationError } from './errors.ts';
import type { Address, RegoExports } from './exports.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The bytes of a NUL-terminated text, as a view that lasts until the guest runs again.
 *
 * @throws RegoEvaluationError when the address or the text lies outside of the memory
 */
export function readBytes(memory: WebAssembly.Memory, address: Address): Uint8Array {
  const bytes = new Uint8Array(memory.buffer);
  const start = address >>> 0;
  const end = start < bytes.length ? bytes.indexOf(0, start) : -1;
  if (end < 0) throw new RegoEvaluationError('wasm engine error: cannot read from memory: out of bounds');
  return bytes.subarray(start, end);
}

/** As {@link readBytes}, decoded; invalid UTF-8 becomes U+FFFD. */
export function readText(memory: WebAssembly.Memory, address: Address): string {
  return decoder.decode(readBytes(memory, address));
}

/**
 * Copies texts, one after the other, into memory of the guest.
 *
 * @returns where they start, and their length in bytes
 * @throws RegoEvaluationError when the guest has no memory left
 */
export function writeBytes(
  exports: RegoExports,
  memory: WebAssembly.Memory,
  parts: readonly Uint8Array[],
): { readonly address: Address; readonly length: number } {
  let length = 0;
  for (const part of parts) length += part.length;
  const address = exports.opa_malloc(length) >>> 0;
  const bytes = new Uint8Array(memory.buffer);
  if (address === 0 || address + length > bytes.length) {
    throw new RegoEvaluationError('wasm engine error: cannot write to memory: out of bounds');
  }
  let offset = address;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return { address, length };
}

/** As {@link writeBytes}, for text. */
export function writeText(
  exports: RegoExports,
  memory: WebAssembly.Memory,
  text: string,
): { readonly address: Address; readonly length: number } {
  return writeBytes(exports, memory, [encoder.encode(text)]);
}
