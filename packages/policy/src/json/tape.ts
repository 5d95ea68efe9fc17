/**
 * The tape: the structure of a JSON text as flat integers, in document order.
 *
 * Every value, and every key of an object, is one node of {@link stride} integers:
 *
 * | Slot | Content                                                            |
 * | ---- | ------------------------------------------------------------------ |
 * | 0    | kind (low three bits) and flags                                    |
 * | 1    | offset of the first byte in the source                             |
 * | 2    | offset behind the last byte in the source                          |
 * | 3    | tape offset of the node that follows, with all children skipped    |
 *
 * A node is named by its tape offset. The children of an array are its items; those of an object alternate
 * between key and value, so that the key of a value is the node directly before it.
 */
export const stride = 4;

export const kindMask = 7;
export const nullKind = 0;
export const trueKind = 1;
export const falseKind = 2;
export const numberKind = 3;
export const stringKind = 4;
export const arrayKind = 5;
export const objectKind = 6;

/** The source bytes of this node are what the canonical form has. */
export const canonicalFlag = 8;
/** A string with at least one backslash. */
export const escapedFlag = 16;
/** An object whose keys are strictly ascending in byte order. */
export const sortedFlag = 32;

/** Buffers above this many integers are dropped after use, so that one huge request does not stay in memory. */
const retainedLength = 1 << 18;
const initialLength = 1 << 12;

let scratch: Int32Array = new Int32Array(initialLength);

/** The tape to scan into; its content is valid until the next scan. */
export function scratchTape(): Int32Array {
  if (scratch.length > retainedLength) scratch = new Int32Array(initialLength);
  return scratch;
}

/** Replaces the scratch tape by one of twice the length with the same content. */
export function growScratchTape(): Int32Array {
  const grown = new Int32Array(scratch.length * 2);
  grown.set(scratch);
  scratch = grown;
  return grown;
}
