import { compareUtf8, quoteString } from '@kubewarden/policy';

/**
 * The data document of an evaluation, canonical JSON. Sandboxes that have it loaded are found by the identity
 * of the array, so whoever makes documents returns the same array as long as nothing has changed.
 */
export type DataDocument = Uint8Array;

const encoder = new TextEncoder();

/** `{}` */
export const emptyDocument: DataDocument = encoder.encode('{}');

/** Says why there is no data document; the message is the rejection's. */
export class ContextDataError extends Error {
  override readonly name = 'ContextDataError';
}

/** A JSON document put together from nested maps and the bytes of finished values. */
export type Tree = Map<string, Tree | Uint8Array>;

/** The map at a key, which is made when it is not there yet. */
export function branch(tree: Tree, key: string): Tree {
  const existing = tree.get(key);
  if (existing instanceof Map) return existing;
  const created: Tree = new Map();
  tree.set(key, created);
  return created;
}

/** The tree as JSON, UTF-8, keys sorted. */
export function writeTree(tree: Tree): Uint8Array {
  const parts: Uint8Array[] = [];
  collect(tree, parts);
  return concatenate(parts);
}

function collect(tree: Tree, parts: Uint8Array[]): void {
  let separator = '{';
  for (const [key, value] of [...tree].toSorted(([a], [b]) => compareUtf8(a, b))) {
    parts.push(encoder.encode(`${separator}${quoteString(key)}:`));
    if (value instanceof Map) collect(value, parts);
    else parts.push(value);
    separator = ',';
  }
  parts.push(encoder.encode(separator === '{' ? '{}' : '}'));
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
