import { compareUtf8, decodeString } from './strings.ts';
import { escapedFlag } from './tape.ts';

const quote = 0x22;
const backslash = 0x5c;

/** Order of two string nodes by the UTF-8 bytes of what they mean. */
export function compareKeys(source: Uint8Array, tape: Int32Array, left: number, right: number): number {
  const leftStart = tape[left + 1]! + 1;
  const rightStart = tape[right + 1]! + 1;
  const leftFirst = source[leftStart]!;
  const rightFirst = source[rightStart]!;
  // Most keys differ at once. An empty key has its closing quote here.
  if (leftFirst !== rightFirst && isOrdinary(leftFirst) && isOrdinary(rightFirst))
    return leftFirst - rightFirst;
  const leftLength = tape[left + 2]! - 1 - leftStart;
  const rightLength = tape[right + 2]! - 1 - rightStart;
  const shorter = leftLength < rightLength ? leftLength : rightLength;
  let offset = 0;
  while (offset < shorter && source[leftStart + offset] === source[rightStart + offset]) offset++;
  if (
    ((tape[left]! | tape[right]!) & escapedFlag) !== 0 &&
    hasBackslash(source, leftStart, rightStart, offset)
  ) {
    return compareUtf8(keyText(source, tape, left), keyText(source, tape, right));
  }
  if (offset === shorter) return leftLength - rightLength;
  return source[leftStart + offset]! - source[rightStart + offset]!;
}

/** Whether a first byte is that of a key's text: neither the closing quote, nor below it, nor an escape. */
function isOrdinary(byte: number): boolean {
  return byte > quote && byte !== backslash;
}

/** Whether the source bytes of two keys, which first differ at `offset`, do not tell their order. */
function hasBackslash(source: Uint8Array, left: number, right: number, offset: number): boolean {
  if (source[right + offset] === backslash) return true;
  for (let index = 0; index <= offset; index++) {
    if (source[left + index] === backslash) return true;
  }
  return false;
}

function keyText(source: Uint8Array, tape: Int32Array, node: number): string {
  const escaped = (tape[node]! & escapedFlag) !== 0;
  return decodeString(source, tape[node + 1]!, tape[node + 2]!, escaped);
}
