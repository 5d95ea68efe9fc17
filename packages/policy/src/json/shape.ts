import type { JsonDocument, JsonNode } from './document.ts';
import { JsonShapeError, positionAt } from './errors.ts';
import { formatNumber } from './numbers.ts';
import { quoteString } from './strings.ts';
import { arrayKind, escapedFlag, falseKind, kindMask, nullKind, objectKind } from './tape.ts';
import { numberKind, stride, stringKind, trueKind } from './tape.ts';

/** Strings and keys are shown in error messages up to this many characters; they may be hostile. */
const shownCharacters = 128;

const encoder = new TextEncoder();

/** The value nodes of an object's fields by name, {@link absent} for a field that is not there. */
export type Located<Name extends string> = Record<Name, JsonNode>;

export const absent = -1;

/**
 * The fields that a JSON object is read for. Others are ignored; a field that comes twice is an error, since
 * no two readers could be sure to take the same one.
 */
export class Fields<const Name extends string> {
  readonly #expected: string;
  readonly #names: readonly Name[];
  readonly #none: Located<Name>;
  readonly #byLength: { readonly bytes: Uint8Array; readonly name: Name }[][] = [];

  /**
   * @param expected what an error message calls the object: `struct Rule`
   * @param names the fields, in the order that located ones have
   */
  constructor(expected: string, names: readonly Name[]) {
    this.#expected = expected;
    this.#names = names;
    this.#none = Object.fromEntries(names.map((name) => [name, absent])) as Located<Name>;
    for (const name of names) {
      const bytes = encoder.encode(name);
      (this.#byLength[bytes.length] ??= []).push({ bytes, name });
    }
  }

  /** @throws JsonShapeError if the value is not an object, or a field comes twice */
  locate(document: JsonDocument, node: JsonNode): Located<Name> {
    const { tape } = document;
    if ((tape[node]! & kindMask) !== objectKind) throw invalidType(document, node, this.#expected);
    const values = { ...this.#none };
    const end = tape[node + 3]!;
    for (let key = node + stride; key < end; key = tape[key + stride + 3]!) {
      const name = this.#match(document, key);
      if (name === undefined) continue;
      if (values[name] !== absent) throw shapeError(document, key, `duplicate field \`${name}\``);
      values[name] = key + stride;
    }
    return values;
  }

  /** As {@link Fields.locate}, but the fields named must be there; null counts as a value. */
  require(document: JsonDocument, node: JsonNode, required: readonly Name[] = this.#names): Located<Name> {
    const values = this.locate(document, node);
    for (const name of required) {
      if (values[name] === absent) throw shapeError(document, node, `missing field \`${name}\``);
    }
    return values;
  }

  #match(document: JsonDocument, key: JsonNode): Name | undefined {
    const { bytes, tape } = document;
    if ((tape[key]! & escapedFlag) !== 0) {
      const text = document.string(key);
      return this.#names.find((name) => name === text);
    }
    const start = tape[key + 1]! + 1;
    const candidates = this.#byLength[tape[key + 2]! - 1 - start];
    return candidates?.find((candidate) => matches(bytes, start, candidate.bytes))?.name;
  }
}

function matches(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  for (let offset = 0; offset < expected.length; offset++) {
    if (bytes[start + offset] !== expected[offset]) return false;
  }
  return true;
}

/** An error about `node`, placed as serde_json does: behind a scalar, a key or an incomplete object. */
export function shapeError(document: JsonDocument, node: JsonNode, detail: string): JsonShapeError {
  return new JsonShapeError(detail, positionAt(document.bytes, document.end(node)), pathOf(document, node));
}

/** The error for a value of the wrong kind. */
function invalidType(document: JsonDocument, node: JsonNode, expected: string): JsonShapeError {
  return unexpected(document, node, 'type', expected);
}

function unexpected(
  document: JsonDocument,
  node: JsonNode,
  what: 'type' | 'value',
  expected: string,
): JsonShapeError {
  const kind = document.tape[node]! & kindMask;
  const offset = kind === arrayKind || kind === objectKind ? document.start(node) : document.end(node);
  const detail = `invalid ${what}: ${describe(document, node, kind)}, expected ${expected}`;
  return new JsonShapeError(detail, positionAt(document.bytes, offset), pathOf(document, node));
}

function describe(document: JsonDocument, node: JsonNode, kind: number): string {
  switch (kind) {
    case nullKind:
      return 'null';
    case trueKind:
    case falseKind:
      return `boolean \`${document.boolean(node)}\``;
    case numberKind: {
      const number = document.number(node);
      const name = typeof number === 'bigint' ? 'integer' : 'floating point';
      return `${name} \`${formatNumber(number)}\``;
    }
    case stringKind:
      return `string ${quoteString(shown(document.string(node)))}`;
    case arrayKind:
      return 'sequence';
    default:
      return 'map';
  }
}

function shown(text: string): string {
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
}

/** Where a node is in its document: `request.userInfo.groups[0]`; empty for the root. */
function pathOf(document: JsonDocument, node: JsonNode): string {
  const { tape } = document;
  let path = '';
  let current = document.root;
  while (current !== node) {
    const isObject = (tape[current]! & kindMask) === objectKind;
    let child = current + stride;
    let index = 0;
    let key = child;
    for (;;) {
      if (isObject) {
        // An error about a key is an error about its object.
        if (child === node) return path;
        key = child;
        child += stride;
      }
      if (node < tape[child + 3]!) break;
      child = tape[child + 3]!;
      index++;
    }
    if (isObject) path += path === '' ? shown(document.string(key)) : `.${shown(document.string(key))}`;
    else path += `[${index}]`;
    current = child;
  }
  return path;
}

/** @throws JsonShapeError unless the value is a string */
export function readString(document: JsonDocument, node: JsonNode): string {
  if ((document.tape[node]! & kindMask) !== stringKind) throw invalidType(document, node, 'a string');
  return document.string(node);
}

/** @throws JsonShapeError unless the value is a boolean */
export function readBoolean(document: JsonDocument, node: JsonNode): boolean {
  const kind = document.tape[node]! & kindMask;
  if (kind !== trueKind && kind !== falseKind) throw invalidType(document, node, 'a boolean');
  return kind === trueKind;
}

/**
 * An integer within bounds.
 *
 * @param expected the Rust type that an error message names: `u16`
 * @throws JsonShapeError if the value is something else
 */
export function readInteger(
  document: JsonDocument,
  node: JsonNode,
  expected: string,
  minimum: number,
  maximum: number,
): number {
  if ((document.tape[node]! & kindMask) !== numberKind) throw invalidType(document, node, expected);
  const number = document.number(node);
  if (typeof number !== 'bigint') throw invalidType(document, node, expected);
  if (number < minimum || number > maximum) throw unexpected(document, node, 'value', expected);
  return Number(number);
}

/** @throws JsonShapeError unless the value is one of the given strings */
export function readVariant<T extends string>(
  document: JsonDocument,
  node: JsonNode,
  variants: readonly T[],
): T {
  const text = readString(document, node);
  const variant = variants.find((candidate) => candidate === text);
  if (variant !== undefined) return variant;
  const quoted = variants.map((name) => `\`${name}\``);
  const expected =
    quoted.length === 1
      ? quoted[0]!
      : quoted.length === 2
        ? quoted.join(' or ')
        : `one of ${quoted.join(', ')}`;
  throw shapeError(document, node, `unknown variant \`${shown(text)}\`, expected ${expected}`);
}

/** @throws JsonShapeError unless the value is an array whose items can all be read */
export function readList<T>(
  document: JsonDocument,
  node: JsonNode,
  readItem: (document: JsonDocument, node: JsonNode) => T,
): T[] {
  if ((document.tape[node]! & kindMask) !== arrayKind) throw invalidType(document, node, 'a sequence');
  return document.items(node).map((item) => readItem(document, item));
}

/**
 * An object as a record; of members with the same name the last one counts.
 *
 * @throws JsonShapeError unless the value is an object whose values can all be read
 */
export function readRecord<T>(
  document: JsonDocument,
  node: JsonNode,
  readValue: (document: JsonDocument, node: JsonNode) => T,
): Record<string, T> {
  if ((document.tape[node]! & kindMask) !== objectKind) throw invalidType(document, node, 'a map');
  // fromEntries makes own properties of all names, `__proto__` included.
  return Object.fromEntries(
    document.members(node).map(({ name, value }) => [name, readValue(document, value)]),
  );
}

/** The value of an optional field: undefined when it is absent or null. */
export function optional<T>(
  document: JsonDocument,
  node: JsonNode,
  read: (document: JsonDocument, node: JsonNode) => T,
): T | undefined {
  return node === absent || document.isNull(node) ? undefined : read(document, node);
}

/** The object without the members that are undefined. */
export function compact<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const result: Partial<T> = {};
  for (const key in object) {
    if (object[key] !== undefined) result[key] = object[key];
  }
  return result as { [K in keyof T]: Exclude<T[K], undefined> };
}
