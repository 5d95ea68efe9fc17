import { decodeNumber } from './numbers.ts';
import { scan } from './scanner.ts';
import { compareUtf8, decodeString } from './strings.ts';
import {
  arrayKind,
  escapedFlag,
  falseKind,
  kindMask,
  nullKind,
  numberKind,
  objectKind,
  stride,
  stringKind,
  trueKind,
} from './tape.ts';
import type { JsonObject, JsonValue } from './value.ts';

/** A value of a {@link JsonDocument}. Meaningless in any other document. */
export type JsonNode = number;

export type JsonKind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

/** A member of an object, as it stands in the source. */
export interface JsonMember {
  readonly name: string;
  readonly value: JsonNode;
}

const kinds: readonly JsonKind[] = ['null', 'boolean', 'boolean', 'number', 'string', 'array', 'object'];

/**
 * A JSON text whose structure is known but whose values are not decoded: they are read from the bytes when
 * asked for. The bytes must not change as long as the document is used.
 */
export class JsonDocument {
  readonly bytes: Uint8Array;
  /** See tape.ts. */
  readonly tape: Int32Array;
  readonly root: JsonNode = 0;

  /** Use {@link parseJson}. */
  constructor(bytes: Uint8Array, tape: Int32Array) {
    this.bytes = bytes;
    this.tape = tape;
  }

  kind(node: JsonNode): JsonKind {
    return kinds[this.#kind(node)]!;
  }

  isNull(node: JsonNode): boolean {
    return this.#kind(node) === nullKind;
  }

  /** Offset of the value's first byte. */
  start(node: JsonNode): number {
    return this.tape[node + 1]!;
  }

  /** Offset behind the value's last byte. */
  end(node: JsonNode): number {
    return this.tape[node + 2]!;
  }

  /** The bytes of the value as they stand in the source; a view, not a copy. */
  slice(node: JsonNode): Uint8Array {
    return this.bytes.subarray(this.start(node), this.end(node));
  }

  /** @throws TypeError if the value is not a boolean */
  boolean(node: JsonNode): boolean {
    const kind = this.#kind(node);
    if (kind !== trueKind && kind !== falseKind) throw this.#mismatch('boolean', node);
    return kind === trueKind;
  }

  /** @throws TypeError if the value is not a string */
  string(node: JsonNode): string {
    if (this.#kind(node) !== stringKind) throw this.#mismatch('string', node);
    const escaped = (this.tape[node]! & escapedFlag) !== 0;
    return decodeString(this.bytes, this.start(node), this.end(node), escaped);
  }

  /**
   * An integer within i64 or u64 as `bigint`, any other number as `number`.
   *
   * @throws TypeError if the value is not a number
   */
  number(node: JsonNode): bigint | number {
    if (this.#kind(node) !== numberKind) throw this.#mismatch('number', node);
    return decodeNumber(this.bytes, this.start(node), this.end(node));
  }

  /** @throws TypeError if the value is not an array */
  items(node: JsonNode): JsonNode[] {
    if (this.#kind(node) !== arrayKind) throw this.#mismatch('array', node);
    const items: JsonNode[] = [];
    const end = this.tape[node + 3]!;
    for (let item = node + stride; item < end; item = this.tape[item + 3]!) items.push(item);
    return items;
  }

  /**
   * All members in the order of the source, those of equal name too.
   *
   * @throws TypeError if the value is not an object
   */
  members(node: JsonNode): JsonMember[] {
    if (this.#kind(node) !== objectKind) throw this.#mismatch('object', node);
    const members: JsonMember[] = [];
    const end = this.tape[node + 3]!;
    for (let key = node + stride; key < end; key = this.tape[key + stride + 3]!) {
      members.push({ name: this.string(key), value: key + stride });
    }
    return members;
  }

  /**
   * The value of a member; of several members with that name the last one counts.
   *
   * @returns undefined if there is none, or the value is not an object
   */
  member(node: JsonNode, name: string): JsonNode | undefined {
    if (this.#kind(node) !== objectKind) return undefined;
    let found: JsonNode | undefined;
    const end = this.tape[node + 3]!;
    for (let key = node + stride; key < end; key = this.tape[key + stride + 3]!) {
      if (this.string(key) === name) found = key + stride;
    }
    return found;
  }

  /**
   * The value as a tree; the keys of its objects are in byte order, and the last of equal ones counts.
   */
  value(node: JsonNode = this.root): JsonValue {
    switch (this.#kind(node)) {
      case nullKind:
        return null;
      case trueKind:
        return true;
      case falseKind:
        return false;
      case numberKind:
        return this.number(node);
      case stringKind:
        return this.string(node);
      case arrayKind:
        return this.items(node).map((item) => this.value(item));
      default:
        return this.#object(node);
    }
  }

  #object(node: JsonNode): JsonObject {
    const members = this.members(node);
    if (members.some(({ name }, index) => index > 0 && compareUtf8(members[index - 1]!.name, name) > 0)) {
      members.sort((a, b) => compareUtf8(a.name, b.name));
    }
    return new Map(members.map(({ name, value }) => [name, this.value(value)]));
  }

  #kind(node: JsonNode): number {
    return this.tape[node]! & kindMask;
  }

  #mismatch(wanted: JsonKind, node: JsonNode): TypeError {
    return new TypeError(`the JSON value is of kind ${this.kind(node)}, not ${wanted}`);
  }
}

/**
 * Checks a JSON text and finds the structure in it, as strictly as serde_json: UTF-8, escapes with paired
 * surrogates, numbers within the range of a double, at most 127 nested containers, nothing behind the value.
 *
 * @throws JsonSyntaxError with serde_json's text and position
 */
export function parseJson(bytes: Uint8Array): JsonDocument {
  const { tape, length } = scan(bytes);
  return new JsonDocument(bytes, tape.slice(0, length));
}

/** As {@link parseJson}, but the document is valid only until the next text is scanned. */
export function parseTransient(bytes: Uint8Array): JsonDocument {
  return new JsonDocument(bytes, scan(bytes).tape);
}

/**
 * Parses a JSON text to a tree.
 *
 * @throws JsonSyntaxError with serde_json's text and position
 */
export function parseJsonValue(bytes: Uint8Array): JsonValue {
  return parseTransient(bytes).value();
}
