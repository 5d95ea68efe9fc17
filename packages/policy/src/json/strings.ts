import { JsonSyntaxError } from './errors.ts';
import { canonicalFlag, escapedFlag, stride, stringKind } from './tape.ts';

const quote = 0x22;
const backslash = 0x5c;

/** 1 for the bytes that may stand in a string with no further look at them. */
const plain = new Uint8Array(256);
plain.fill(1, 0x20, 0x80);
plain[quote] = 0;
plain[backslash] = 0;

/** One in every byte of a word. */
const ones = 0x01010101;

/**
 * The offset of the first byte from `position` on that is not plain, or the end of the source. Looks at four
 * bytes at once: subtracting sets the high bit of each byte that is too small, so also of one that was zero
 * after the exclusive or; the lowest bit set is exact, since borrows only go upwards.
 */
function skipPlain(source: Uint8Array, view: DataView, position: number): number {
  let next = position;
  const lastWord = source.length - 4;
  while (next <= lastWord) {
    const word = view.getUint32(next, true) | 0;
    const found =
      (word |
        (word - 0x20 * ones) |
        ((word ^ (quote * ones)) - ones) |
        ((word ^ (backslash * ones)) - ones)) &
      (0x80 * ones);
    if (found !== 0) return next + ((31 - Math.clz32(found & -found)) >> 3);
    next += 4;
  }
  while (next < source.length && plain[source[next]!] === 1) next++;
  return next;
}

/** What may follow a backslash: the character meant, 0 where the escape is invalid. */
const escapes = new Uint8Array(256);
for (const [letter, meaning] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map((pair) => [
  pair.charCodeAt(0),
  pair.charCodeAt(1),
])) {
  escapes[letter!] = meaning!;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Reads the string that starts at `start` (its quote) and writes its node.
 *
 * @returns the offset behind the closing quote
 * @throws JsonSyntaxError with serde_json's text and position
 */
export function scanString(
  source: Uint8Array,
  view: DataView,
  start: number,
  tape: Int32Array,
  node: number,
): number {
  let position = skipPlain(source, view, start + 1);
  tape[node] = stringKind | canonicalFlag;
  if (source[position] !== quote) position = scanRest(source, view, position, tape, node);
  position++;
  tape[node + 1] = start;
  tape[node + 2] = position;
  tape[node + 3] = node + stride;
  return position;
}

/** Reads a string on from its first byte that is not plain; returns the offset of the closing quote. */
function scanRest(source: Uint8Array, view: DataView, start: number, tape: Int32Array, node: number): number {
  let position = start;
  let flags = stringKind | canonicalFlag;
  let wellFormed = true;
  for (;;) {
    const byte = source[position];
    if (byte === undefined) throw new JsonSyntaxError('EOF while parsing a string', source, position);
    if (byte === quote) break;
    if (byte >= 0x80) {
      const width = sequenceLength(source, position);
      if (width === 0) wellFormed = false;
      position += width === 0 ? 1 : width;
    } else if (byte === backslash) {
      flags |= escapedFlag;
      const escape = source[position + 1];
      if (escape === 0x75 || escape === 0x2f) flags &= ~canonicalFlag;
      position = skipEscape(source, position + 1);
    } else {
      const detail = 'control character (\\u0000-\\u001F) found while parsing a string';
      throw new JsonSyntaxError(detail, source, position + 1);
    }
    position = skipPlain(source, view, position);
  }
  if (!wellFormed) throw new JsonSyntaxError('invalid unicode code point', source, position + 1);
  tape[node] = flags;
  return position;
}

/** Length in bytes of the well-formed UTF-8 sequence at `position`, whose first byte is above 0x7f; else 0. */
function sequenceLength(source: Uint8Array, position: number): number {
  const first = source[position]!;
  const second = source[position + 1] ?? 0;
  if (first < 0xc2 || first > 0xf4 || (second & 0xc0) !== 0x80) return 0;
  if (first < 0xe0) return 2;
  if (((source[position + 2] ?? 0) & 0xc0) !== 0x80) return 0;
  if (first < 0xf0) {
    const overlong = first === 0xe0 && second < 0xa0;
    const surrogate = first === 0xed && second > 0x9f;
    return overlong || surrogate ? 0 : 3;
  }
  if (((source[position + 3] ?? 0) & 0xc0) !== 0x80) return 0;
  const overlong = first === 0xf0 && second < 0x90;
  const tooLarge = first === 0xf4 && second > 0x8f;
  return overlong || tooLarge ? 0 : 4;
}

/** Checks the escape whose letter is at `position`; returns the offset behind it. */
function skipEscape(source: Uint8Array, position: number): number {
  const letter = source[position];
  if (letter === undefined) throw new JsonSyntaxError('EOF while parsing a string', source, position);
  if (letter !== 0x75) {
    if (escapes[letter] === 0) throw new JsonSyntaxError('invalid escape', source, position + 1);
    return position + 1;
  }
  let next = position + 5;
  const unit = hexUnit(source, position + 1);
  if (unit < 0xd800 || unit > 0xdfff) return next;
  if (unit >= 0xdc00) throw new JsonSyntaxError('lone leading surrogate in hex escape', source, next);
  for (const expected of [backslash, 0x75]) {
    if (next >= source.length) throw new JsonSyntaxError('EOF while parsing a string', source, next);
    if (source[next] !== expected) {
      throw new JsonSyntaxError('unexpected end of hex escape', source, next + 1);
    }
    next++;
  }
  const trail = hexUnit(source, next);
  if (trail < 0xdc00 || trail > 0xdfff) {
    throw new JsonSyntaxError('lone leading surrogate in hex escape', source, next + 4);
  }
  return next + 4;
}

/** The UTF-16 code unit that the four hexadecimal digits at `position` name. */
function hexUnit(source: Uint8Array, position: number): number {
  if (position + 4 > source.length) {
    throw new JsonSyntaxError('EOF while parsing a string', source, source.length);
  }
  let unit = 0;
  for (let index = position; index < position + 4; index++) {
    const byte = source[index]!;
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) unit = unit * 16 + byte - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57;
    else throw new JsonSyntaxError('invalid escape', source, position + 4);
  }
  return unit;
}

/** The content of the scanned string between the quotes `start` and `end - 1`. */
export function decodeString(source: Uint8Array, start: number, end: number, escaped: boolean): string {
  if (escaped) return decodeEscaped(source, start, end);
  return decodeText(source, start + 1, end - 1);
}

/** Short texts are mostly ASCII, and a decoder call costs more than reading them byte by byte. */
const shortText = 24;

function decodeText(source: Uint8Array, start: number, end: number): string {
  if (end - start <= shortText) {
    let text = '';
    let index = start;
    for (; index < end && source[index]! < 0x80; index++) text += String.fromCharCode(source[index]!);
    if (index === end) return text;
  }
  return decoder.decode(source.subarray(start, end));
}

function decodeEscaped(source: Uint8Array, start: number, end: number): string {
  let text = '';
  let plainStart = start + 1;
  let position = plainStart;
  while (position < end - 1) {
    if (source[position] !== backslash) {
      position++;
      continue;
    }
    text += decodeText(source, plainStart, position);
    const letter = source[position + 1]!;
    if (letter === 0x75) {
      text += String.fromCharCode(hexUnit(source, position + 2));
      position += 6;
    } else {
      text += String.fromCharCode(escapes[letter]!);
      position += 2;
    }
    plainStart = position;
  }
  return text + decodeText(source, plainStart, end - 1);
}

/** The string as a JSON literal, escaped as serde_json does. Lone surrogates become U+FFFD. */
export function quoteString(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

/** The UTF-8 bytes of {@link quoteString}. */
export function quoteStringBytes(text: string): Uint8Array {
  return encoder.encode(quoteString(text));
}

/** Order of two texts by their UTF-8 bytes, which differs from that of `<` for characters above U+FFFF. */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    const aSurrogate = a >= 0xd800 && a <= 0xdfff;
    const bSurrogate = b >= 0xd800 && b <= 0xdfff;
    return aSurrogate === bSurrogate ? a - b : aSurrogate ? 1 : -1;
  }
  return left.length - right.length;
}
