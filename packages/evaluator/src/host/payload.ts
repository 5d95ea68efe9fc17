import { formatJson, parseJson, type JsonDocument, type JsonNode } from '@kubewarden/policy';
import { rustDebugString } from '../verdict/rust-debug.ts';
import { errorText, HostCallError } from './errors.ts';

/**
 * Reads one kind of value from a host call's payload. Guests see the errors, so their texts and positions are
 * those of serde_json, which the original decodes with.
 */
export type Decoder<T> = (payload: Payload, node: JsonNode) => T;

/** A payload while it is decoded. */
export interface Payload {
  readonly document: JsonDocument;
  /** False where serde has lost the places of the values, and its messages have none. */
  readonly positions: boolean;
}

/**
 * @throws HostCallError if the payload is no JSON or of another shape
 */
export function decodePayload<T>(bytes: Uint8Array, decoder: Decoder<T>): T {
  return decoder({ document: parsePayload(bytes), positions: true }, 0);
}

/**
 * @throws HostCallError if the payload is no JSON
 */
export function parsePayload(bytes: Uint8Array): JsonDocument {
  try {
    return parseJson(bytes);
  } catch (error) {
    throw new HostCallError(errorText(error), { cause: error });
  }
}

export const string: Decoder<string> = (payload, node) => {
  if (payload.document.kind(node) !== 'string') throw invalidType(payload, node, 'a string');
  return payload.document.string(node);
};

export const boolean: Decoder<boolean> = (payload, node) => {
  if (payload.document.kind(node) !== 'boolean') throw invalidType(payload, node, 'a boolean');
  return payload.document.boolean(node);
};

/** A u64 that is also exact as a JavaScript number. */
export const unsigned: Decoder<number> = (payload, node) =>
  unsignedUpTo(payload, node, maximumUnsigned, 'u64');

const maximumUnsigned = BigInt(Number.MAX_SAFE_INTEGER);

export function list<T>(item: Decoder<T>): Decoder<T[]> {
  return (payload, node) => {
    if (payload.document.kind(node) !== 'array') throw invalidType(payload, node, 'a sequence');
    return payload.document.items(node).map((element) => item(payload, element));
  };
}

/** An array of integers from 0 to 255. */
export const bytes: Decoder<number[]> = list((payload, node) => {
  // Certificates and cached values are long arrays: the usual item is read without making a bigint of it.
  return shortInteger(payload.document, node) ?? unsignedUpTo(payload, node, 255n, 'u8');
});

/** The value of a byte written in plain digits; undefined for anything else. */
function shortInteger(document: JsonDocument, node: JsonNode): number | undefined {
  const start = document.start(node);
  const end = document.end(node);
  if (end - start > 3) return undefined;
  let value = 0;
  for (let offset = start; offset < end; offset += 1) {
    const digit = document.bytes[offset]! - zero;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value <= 255 ? value : undefined;
}

const zero = 0x30;

/** An object whose values are all strings. */
export const stringMap: Decoder<Readonly<Record<string, string>>> = (payload, node) => {
  if (payload.document.kind(node) !== 'object') throw invalidType(payload, node, 'a map');
  // Not an object literal: `__proto__` is a key like any other.
  const entries = payload.document
    .members(node)
    .map(({ name, value }) => [name, string(payload, value)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
};

/** One of a few names. */
export function oneOf<const T extends string>(...names: readonly T[]): Decoder<T> {
  return (payload, node) => {
    const { document } = payload;
    if (document.kind(node) !== 'string')
      throw shapeError(payload, 'expected value', document.start(node) + 1);
    const text = document.string(node);
    const found = names.find((name) => name === text);
    if (found === undefined) throw unknownVariant(payload, text, names, document.end(node));
    return found;
  };
}

/** A member of an object that may be missing or null. */
export interface OptionalField<T> {
  readonly optional: Decoder<T | undefined>;
}

export function optional<T>(decoder: Decoder<T | undefined>): OptionalField<T> {
  return {
    optional: (payload, node) => (payload.document.isNull(node) ? undefined : decoder(payload, node)),
  };
}

type Fields = Readonly<Record<string, Decoder<unknown> | OptionalField<unknown>>>;

type Decoded<F extends Fields> = {
  readonly [
    Name in keyof F as F[Name] extends OptionalField<unknown> ? never : Name
  ]: F[Name] extends Decoder<infer T> ? T : never;
} & {
  readonly [
    Name in keyof F as F[Name] extends OptionalField<unknown> ? Name : never
  ]?: F[Name] extends OptionalField<infer T> ? T : never;
};

/**
 * An object with known members; others are ignored.
 *
 * @param name what serde calls the type in its messages
 * @param aliases other spellings of members: from what guests send to what the member is called
 */
export function struct<const F extends Fields>(
  name: string,
  fields: F,
  aliases: ReadonlyMap<string, string> = new Map(),
): Decoder<Decoded<F>> {
  const decoders = new Map(Object.entries(fields));
  return (payload, node) => {
    const { document } = payload;
    if (document.kind(node) !== 'object') throw invalidType(payload, node, `struct ${name}`);
    const decoded: Record<string, unknown> = {};
    const seen = new Set<string>();
    for (const member of document.members(node)) {
      const field = aliases.get(member.name) ?? member.name;
      const decoder = decoders.get(field);
      if (decoder === undefined) continue;
      if (seen.has(field))
        throw shapeError(payload, `duplicate field \`${field}\``, colonOf(document, member.value));
      seen.add(field);
      const value = isOptional(decoder)
        ? decoder.optional(payload, member.value)
        : decoder(payload, member.value);
      if (value !== undefined) decoded[field] = value;
    }
    for (const [field, decoder] of decoders) {
      if (!seen.has(field) && !isOptional(decoder)) {
        throw shapeError(payload, `missing field \`${field}\``, document.end(node));
      }
    }
    return decoded as Decoded<F>;
  };
}

/** Offset behind the key of a member's value: between the two are only blanks and a colon. */
export function keyEnd(document: JsonDocument, value: JsonNode): number {
  return document.bytes.lastIndexOf(quote, document.start(value) - 1) + 1;
}

function colonOf(document: JsonDocument, value: JsonNode): number {
  return document.bytes.lastIndexOf(colon, document.start(value) - 1);
}

const quote = 0x22;
const colon = 0x3a;

function isOptional(field: Decoder<unknown> | OptionalField<unknown>): field is OptionalField<unknown> {
  return typeof field !== 'function';
}

export function unknownVariant(
  payload: Payload,
  variant: string,
  known: readonly string[],
  offset: number,
): HostCallError {
  const names = known.map((name) => `\`${name}\``);
  const expected = names.length <= 2 ? names.join(' or ') : `one of ${names.join(', ')}`;
  return shapeError(payload, `unknown variant \`${variant}\`, expected ${expected}`, offset);
}

/** @param offset how many bytes serde_json has read when it finds out */
export function shapeError({ document, positions }: Payload, detail: string, offset: number): HostCallError {
  if (!positions) return new HostCallError(detail);
  const before = document.bytes.subarray(0, offset);
  const lineStart = before.lastIndexOf(lineFeed) + 1;
  const line = before.reduce((lines, byte) => (byte === lineFeed ? lines + 1 : lines), 1);
  return new HostCallError(`${detail} at line ${line} column ${offset - lineStart}`);
}

const lineFeed = 0x0a;

export function invalidType(payload: Payload, node: JsonNode, expected: string): HostCallError {
  const { document } = payload;
  const kind = document.kind(node);
  // serde_json finds out before it reads a container, and after it has read anything else.
  const container = kind === 'array' || kind === 'object';
  const offset = container ? document.start(node) : document.end(node);
  return shapeError(payload, `invalid type: ${describe(document, node)}, expected ${expected}`, offset);
}

/** What serde calls an unexpected value. */
function describe(document: JsonDocument, node: JsonNode): string {
  const kind = document.kind(node);
  if (kind === 'boolean') return `boolean \`${document.boolean(node)}\``;
  if (kind === 'number') return describeNumber(document.number(node));
  if (kind === 'string') return `string ${rustDebugString(document.string(node))}`;
  return { null: 'null', array: 'sequence', object: 'map' }[kind];
}

function describeNumber(value: bigint | number): string {
  return typeof value === 'bigint' ? `integer \`${value}\`` : `floating point \`${formatJson(value)}\``;
}

function unsignedUpTo(payload: Payload, node: JsonNode, maximum: bigint, type: string): number {
  const { document } = payload;
  const value = document.kind(node) === 'number' ? document.number(node) : undefined;
  if (typeof value !== 'bigint') throw invalidType(payload, node, type);
  if (value < 0n || value > maximum) {
    throw shapeError(payload, `invalid value: integer \`${value}\`, expected ${type}`, document.end(node));
  }
  return Number(value);
}
