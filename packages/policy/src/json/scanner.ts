import { JsonSyntaxError } from './errors.ts';
import { compareKeys } from './keys.ts';
import { scanNumber } from './numbers.ts';
import { scanString } from './strings.ts';
import {
  arrayKind,
  canonicalFlag,
  falseKind,
  growScratchTape,
  nullKind,
  objectKind,
  scratchTape,
  sortedFlag,
  stride,
  trueKind,
} from './tape.ts';

/** Containers within containers; serde_json refuses the 128th. */
const maximumDepth = 127;

/** Bytes that a text may have, so that offsets fit the tape. */
const maximumLength = 2 ** 30;

/** For each open container: its node, the node of its last key, and how much was not canonical before it. */
const openNodes = new Int32Array(maximumDepth + 1);
const lastKeys = new Int32Array(maximumDepth + 1);
const blemishesBefore = new Int32Array(maximumDepth + 1);

/** All four blanks of JSON are at or below this byte, and nothing else that may stand between tokens is. */
const blank = 0x20;

const noKey = -1;
const unsorted = -2;

/**
 * Checks that `source` is one JSON text and writes its structure to the scratch tape.
 *
 * @returns the tape, valid until the next scan, and how much of it is used; the root is node 0
 * @throws JsonSyntaxError exactly where and with the text that serde_json has
 */
export function scan(source: Uint8Array): { readonly tape: Int32Array; readonly length: number } {
  const length = source.length;
  if (length > maximumLength) throw new RangeError(`a JSON text of ${length} bytes is too long`);
  const view = new DataView(source.buffer, source.byteOffset, length);
  let tape = scratchTape();
  let node = 0;
  let depth = 0;
  let position = skipBlanks(source, 0);
  // Counts what keeps an enclosing container from being canonical as it stands.
  let blemishes = 0;

  for (;;) {
    // Here a value is expected, and `position` is at its first byte.
    // Room for this value, and for a key and a value before the next check.
    if (node + 4 * stride > tape.length) tape = growScratchTape();
    const byte = position < length ? source[position]! : -1;
    if (byte === 0x22) {
      position = scanString(source, view, position, tape, node);
      if ((tape[node]! & canonicalFlag) === 0) blemishes++;
      node += stride;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (depth === maximumDepth) throw peekError('recursion limit exceeded', source, position);
      tape[node] = byte === 0x7b ? objectKind : arrayKind;
      tape[node + 1] = position;
      openNodes[depth] = node;
      lastKeys[depth] = noKey;
      blemishesBefore[depth] = blemishes;
      depth++;
      node += stride;
      position++;
      if (source[position]! <= blank) {
        position = skipBlanks(source, position);
        blemishes++;
      }
      const first = source[position];
      if (byte === 0x5b) {
        if (first === undefined) throw peekError('EOF while parsing a list', source, position);
        if (first !== 0x5d) continue;
      } else {
        if (first === undefined) throw peekError('EOF while parsing an object', source, position);
        if (first !== 0x7d) {
          if (first !== 0x22) throw peekError('key must be a string', source, position);
          const value = scanKey(source, view, position, tape, node, depth - 1);
          if (value < 0) blemishes++;
          position = Math.abs(value);
          node += stride;
          continue;
        }
      }
    } else if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
      position = scanNumber(source, position, tape, node);
      if ((tape[node]! & canonicalFlag) === 0) blemishes++;
      node += stride;
    } else {
      position = scanLiteral(source, position, tape, node);
      node += stride;
    }

    // Here a value has ended, or a container is empty: close what ends, and find the next value.
    let found = false;
    while (depth > 0) {
      if (source[position]! <= blank) {
        position = skipBlanks(source, position);
        blemishes++;
      }
      const open = openNodes[depth - 1]!;
      const isObject = tape[open] === objectKind;
      const mark = source[position];
      if (mark === (isObject ? 0x7d : 0x5d)) {
        position++;
        depth--;
        let flags = tape[open]!;
        if (isObject) {
          if (lastKeys[depth] === unsorted) blemishes++;
          else flags |= sortedFlag;
        }
        if (blemishes === blemishesBefore[depth]) flags |= canonicalFlag;
        tape[open] = flags;
        tape[open + 2] = position;
        tape[open + 3] = node;
        continue;
      }
      if (mark !== 0x2c) throw separatorError(isObject, source, position);
      position++;
      if (source[position]! <= blank) {
        position = skipBlanks(source, position);
        blemishes++;
      }
      const first = source[position];
      if (first === undefined) throw peekError('EOF while parsing a value', source, position);
      if (first === (isObject ? 0x7d : 0x5d)) throw peekError('trailing comma', source, position);
      if (isObject) {
        if (first !== 0x22) throw peekError('key must be a string', source, position);
        const value = scanKey(source, view, position, tape, node, depth - 1);
        if (value < 0) blemishes++;
        position = Math.abs(value);
        node += stride;
      }
      found = true;
      break;
    }
    if (!found) break;
  }

  if (position < length) position = skipBlanks(source, position);
  if (position < length) throw peekError('trailing characters', source, position);
  return { tape, length: node };
}

/**
 * Reads a key, notes whether the keys of its object are still sorted, and finds the value behind the colon.
 *
 * @returns the offset of the value; negated where the source between key and value is not canonical
 */
function scanKey(
  source: Uint8Array,
  view: DataView,
  start: number,
  tape: Int32Array,
  node: number,
  level: number,
): number {
  const end = scanString(source, view, start, tape, node);
  const last = lastKeys[level]!;
  if (last !== unsorted) {
    const ascending = last === noKey || compareKeys(source, tape, last, node) < 0;
    lastKeys[level] = ascending ? node : unsorted;
  }
  const colon = source[end]! <= blank ? skipBlanks(source, end) : end;
  if (source[colon] !== 0x3a) {
    if (colon >= source.length) throw peekError('EOF while parsing an object', source, colon);
    throw peekError('expected `:`', source, colon);
  }
  const value = source[colon + 1]! <= blank ? skipBlanks(source, colon + 1) : colon + 1;
  const canonical = (tape[node]! & canonicalFlag) !== 0 && value === end + 1;
  return canonical ? value : -value;
}

function scanLiteral(source: Uint8Array, start: number, tape: Int32Array, node: number): number {
  const byte = source[start];
  if (byte === undefined) throw peekError('EOF while parsing a value', source, start);
  let rest: string;
  if (byte === 0x6e) {
    rest = 'ull';
    tape[node] = nullKind | canonicalFlag;
  } else if (byte === 0x74) {
    rest = 'rue';
    tape[node] = trueKind | canonicalFlag;
  } else if (byte === 0x66) {
    rest = 'alse';
    tape[node] = falseKind | canonicalFlag;
  } else {
    throw peekError('expected value', source, start);
  }
  let position = start + 1;
  for (let index = 0; index < rest.length; index++, position++) {
    if (position >= source.length) throw new JsonSyntaxError('EOF while parsing a value', source, position);
    if (source[position] !== rest.charCodeAt(index)) {
      throw new JsonSyntaxError('expected ident', source, position + 1);
    }
  }
  tape[node + 1] = start;
  tape[node + 2] = position;
  tape[node + 3] = node + stride;
  return position;
}

function skipBlanks(source: Uint8Array, start: number): number {
  let position = start;
  for (;;) {
    const byte = source[position];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return position;
    position++;
  }
}

function separatorError(isObject: boolean, source: Uint8Array, position: number): JsonSyntaxError {
  if (position >= source.length) {
    const container = isObject ? 'an object' : 'a list';
    return peekError(`EOF while parsing ${container}`, source, position);
  }
  return peekError(isObject ? 'expected `,` or `}`' : 'expected `,` or `]`', source, position);
}

/** An error at a byte that was looked at but not consumed; serde_json counts it as read. */
function peekError(detail: string, source: Uint8Array, position: number): JsonSyntaxError {
  return new JsonSyntaxError(detail, source, position + 1);
}
