import { JsonSyntaxError } from './errors.ts';
import { canonicalFlag, numberKind, stride } from './tape.ts';

/** Integers of at most this many digits fit i64 and u64 whatever their digits are. */
const safeDigits = 18;
const largestI64 = 2n ** 63n;
const largestU64 = 2n ** 64n;

/** An integer of fewer characters than this is within the range of a double. */
const finiteLength = 300;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function skipDigits(source: Uint8Array, position: number): number {
  let next = position;
  while (isDigit(source[next])) next++;
  return next;
}

function peekError(detail: string, source: Uint8Array, position: number): JsonSyntaxError {
  return new JsonSyntaxError(detail, source, position + 1);
}

/**
 * Reads the number that starts at `start` and writes its node.
 *
 * @returns the offset behind the number
 * @throws JsonSyntaxError with serde_json's text and position, also for numbers beyond the range of a double
 */
export function scanNumber(source: Uint8Array, start: number, tape: Int32Array, node: number): number {
  const negative = source[start] === 0x2d;
  const digits = negative ? start + 1 : start;
  const first = source[digits];
  if (first === undefined) throw new JsonSyntaxError('EOF while parsing a value', source, digits);
  if (!isDigit(first)) throw new JsonSyntaxError('invalid number', source, digits + 1);
  let end = digits + 1;
  if (first === 0x30) {
    if (isDigit(source[end])) throw peekError('invalid number', source, end);
  } else {
    end = skipDigits(source, end);
  }
  const mark = source[end];
  const integer = mark !== 0x2e && mark !== 0x65 && mark !== 0x45;
  if (!integer) end = scanFraction(source, end);
  if (!integer || end - start >= finiteLength) requireFinite(source, start, end);
  const canonical = integer && end - digits <= safeDigits && !(negative && first === 0x30);
  tape[node] = canonical ? numberKind | canonicalFlag : numberKind;
  tape[node + 1] = start;
  tape[node + 2] = end;
  tape[node + 3] = node + stride;
  return end;
}

/** Checks fraction and exponent from the point or the `e` at `position`; returns the offset behind them. */
function scanFraction(source: Uint8Array, position: number): number {
  let end = position;
  if (source[end] === 0x2e) {
    end = skipDigits(source, position + 1);
    if (end === position + 1) {
      if (end >= source.length) throw peekError('EOF while parsing a value', source, end);
      throw peekError('invalid number', source, end);
    }
  }
  if (source[end] !== 0x65 && source[end] !== 0x45) return end;
  end++;
  if (source[end] === 0x2b || source[end] === 0x2d) end++;
  if (end >= source.length) throw new JsonSyntaxError('EOF while parsing a value', source, end);
  if (!isDigit(source[end])) throw new JsonSyntaxError('invalid number', source, end + 1);
  return skipDigits(source, end);
}

function requireFinite(source: Uint8Array, start: number, end: number): void {
  if (!Number.isFinite(Number(numberText(source, start, end)))) {
    throw new JsonSyntaxError('number out of range', source, end);
  }
}

const decoder = new TextDecoder();

function numberText(source: Uint8Array, start: number, end: number): string {
  return decoder.decode(source.subarray(start, end));
}

/** The scanned number between `start` and `end`: a `bigint` if it is an integer within i64 or u64. */
export function decodeNumber(source: Uint8Array, start: number, end: number): bigint | number {
  const text = numberText(source, start, end);
  return parseNumberText(text);
}

function parseNumberText(text: string): bigint | number {
  // The length bound keeps BigInt, whose cost is not linear, away from hostile literals.
  if (text.length <= 21 && /^-?\d+$/u.test(text) && text !== '-0') {
    const integer = BigInt(text);
    if (fitsInteger(integer)) return integer;
  }
  return Number(text);
}

function fitsInteger(integer: bigint): boolean {
  return integer >= -largestI64 && integer < largestU64;
}

/**
 * The number as serde_json prints it. Integers outside of i64 and u64 are printed as the nearest double;
 * what is not finite is `null`.
 */
export function formatNumber(value: bigint | number): string {
  if (typeof value === 'bigint') {
    return fitsInteger(value) ? value.toString() : formatDouble(Number(value));
  }
  return formatDouble(value);
}

/**
 * The shortest decimal form that reads back as the same double, laid out as the Rust crate `zmij` does, which
 * serde_json 1.0.149 prints with: `1000.0`, `0.00001`, `1e+16`, `1.5e-7`.
 */
function formatDouble(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const magnitude = Math.abs(value);
  if (magnitude < 1e-5 || magnitude >= 1e16) return value.toExponential();
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
