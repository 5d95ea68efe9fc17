import type { JsonDocument, JsonNode } from './document.ts';
import { compareKeys } from './keys.ts';
import { decodeNumber, formatNumber } from './numbers.ts';
import { RunWriter } from './run-writer.ts';
import { scan } from './scanner.ts';
import { compareUtf8, decodeString, quoteStringBytes } from './strings.ts';
import {
  arrayKind,
  canonicalFlag,
  escapedFlag,
  kindMask,
  numberKind,
  objectKind,
  sortedFlag,
  stride,
} from './tape.ts';

/** Up to this many members are sorted by insertion; hostile objects must not cost quadratic time. */
const insertionLimit = 24;

const initialMembers = 256;
/** A stack of more members than this is dropped after use. */
const retainedMembers = 1 << 16;

const comma = 0x2c;
const colon = 0x3a;

const nothing = new Uint8Array(0);
const noTape = new Int32Array(0);

/** Writes parts of a scanned text in canonical form. */
class CanonicalWriter {
  readonly #output = new RunWriter();
  #source: Uint8Array = nothing;
  #tape: Int32Array = noTape;
  /** Value nodes of the objects that are being sorted, a stack. */
  #members: Int32Array = new Int32Array(initialMembers);
  #membersTop = 0;

  /** Starts a new text; what was begun and not finished is forgotten. */
  begin(source: Uint8Array, tape: Int32Array): void {
    this.#source = source;
    this.#tape = tape;
    this.#membersTop = 0;
    this.#output.begin(source);
  }

  /** The text so far, in a buffer of its own. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#source = nothing;
    this.#tape = noTape;
    if (this.#members.length > retainedMembers) this.#members = new Int32Array(initialMembers);
    return this.#output.finish();
  }

  /** How many bytes have been written. */
  get length(): number {
    return this.#output.length;
  }

  /** One byte of punctuation. */
  byte(value: number): void {
    this.#output.byte(value);
  }

  /** A value, or a key, of the source. */
  node(node: JsonNode): void {
    const tape = this.#tape;
    const head = tape[node]!;
    if ((head & canonicalFlag) !== 0) {
      this.#output.copy(tape[node + 1]!, tape[node + 2]!);
      return;
    }
    const kind = head & kindMask;
    if (kind === objectKind) this.#object(node);
    else if (kind === arrayKind) this.#array(node);
    else this.#scalar(node, kind);
  }

  /**
   * An object of the given values of the source, each under the key that it has there.
   *
   * @param values value nodes in the order wanted; -1 is skipped
   */
  objectOf(values: ArrayLike<JsonNode>): void {
    let first = true;
    this.byte(0x7b);
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      if (value < 0) continue;
      this.member(value, first);
      first = false;
    }
    this.byte(0x7d);
  }

  /** The member of which `value` is the value node, preceded by a comma unless it is the first. */
  member(value: JsonNode, first: boolean): void {
    const tape = this.#tape;
    const key = value - stride;
    const canonical = (tape[key]! & tape[value]! & canonicalFlag) !== 0;
    if (canonical && tape[value + 1] === tape[key + 2]! + 1) {
      if (!first) this.byte(comma);
      this.#output.copy(tape[key + 1]!, tape[value + 2]!);
    } else {
      this.key(value, first);
      this.node(value);
    }
  }

  /** The key of the value node `value` with the colon, preceded by a comma unless it is the first. */
  key(value: JsonNode, first: boolean): void {
    if (!first) this.byte(comma);
    this.node(value - stride);
    this.byte(colon);
  }

  #array(node: JsonNode): void {
    const tape = this.#tape;
    const end = tape[node + 3]!;
    this.byte(0x5b);
    for (let item = node + stride; item < end; item = tape[item + 3]!) {
      if (item !== node + stride) this.byte(comma);
      this.node(item);
    }
    this.byte(0x5d);
  }

  #object(node: JsonNode): void {
    const tape = this.#tape;
    const end = tape[node + 3]!;
    let first = true;
    this.byte(0x7b);
    if ((tape[node]! & sortedFlag) !== 0) {
      for (let key = node + stride; key < end; key = tape[key + stride + 3]!) {
        this.member(key + stride, first);
        first = false;
      }
    } else {
      const base = this.#membersTop;
      const top = this.#sortMembers(node);
      for (let index = base; index < top; index++) {
        const value = this.#members[index]!;
        // Members of equal name are neighbours in source order; the last one counts.
        const following = index + 1 < top ? this.#members[index + 1]! : -1;
        if (following >= 0 && this.#compareKeys(value - stride, following - stride) === 0) continue;
        this.member(value, first);
        first = false;
      }
      this.#membersTop = base;
    }
    this.byte(0x7d);
  }

  /** Pushes the value nodes of an object, sorted by key; returns the new top of the stack. */
  #sortMembers(node: JsonNode): number {
    const tape = this.#tape;
    const end = tape[node + 3]!;
    const base = this.#membersTop;
    let top = base;
    for (let key = node + stride; key < end; key = tape[key + stride + 3]!) {
      if (top === this.#members.length) this.#growMembers();
      this.#members[top++] = key + stride;
    }
    this.#membersTop = top;
    const members = this.#members;
    if (top - base > insertionLimit) {
      this.#sortMany(members.subarray(base, top));
      return top;
    }
    for (let index = base + 1; index < top; index++) {
      const value = members[index]!;
      let place = index;
      while (place > base && this.#compareKeys(members[place - 1]! - stride, value - stride) > 0) {
        members[place] = members[place - 1]!;
        place--;
      }
      members[place] = value;
    }
    return top;
  }

  /** Sorts value nodes by key; their offsets break ties, so that equal keys keep the order of the source. */
  #sortMany(values: Int32Array): void {
    if (!values.some((value) => (this.#tape[value - stride]! & escapedFlag) !== 0)) {
      values.sort((a, b) => this.#compareKeys(a - stride, b - stride) || a - b);
      return;
    }
    // Escaped keys are decoded once, not again for each comparison.
    const members = Array.from(values, (value) => ({ value, name: this.#string(value - stride) }));
    members.sort((a, b) => compareUtf8(a.name, b.name) || a.value - b.value);
    for (const [index, { value }] of members.entries()) values[index] = value;
  }

  #growMembers(): void {
    const grown = new Int32Array(this.#members.length * 2);
    grown.set(this.#members);
    this.#members = grown;
  }

  #compareKeys(left: JsonNode, right: JsonNode): number {
    return compareKeys(this.#source, this.#tape, left, right);
  }

  #string(node: JsonNode): string {
    const tape = this.#tape;
    const escaped = (tape[node]! & escapedFlag) !== 0;
    return decodeString(this.#source, tape[node + 1]!, tape[node + 2]!, escaped);
  }

  #scalar(node: JsonNode, kind: number): void {
    if (kind === numberKind) {
      const number = decodeNumber(this.#source, this.#tape[node + 1]!, this.#tape[node + 2]!);
      this.#output.ascii(formatNumber(number));
    } else {
      this.#output.bytes(quoteStringBytes(this.#string(node)));
    }
  }
}

/** The one writer: writing is synchronous and calls nothing foreign. */
export const canonicalWriter = new CanonicalWriter();

/**
 * The canonical form of a JSON text, byte for byte what serde_json prints for a generic value: no blanks,
 * the keys of every object in byte order with the last of equal ones, strings with the fewest escapes,
 * integers within i64 and u64 as they are and all other numbers as doubles in shortest form.
 *
 * @param source a JSON text, or a document of which `node` (by default the root) is written
 * @returns UTF-8 in a buffer of its own
 * @throws JsonSyntaxError if the text is not JSON
 */
export function canonicalJson(
  source: Uint8Array | JsonDocument,
  node: JsonNode = 0,
): Uint8Array<ArrayBuffer> {
  if (source instanceof Uint8Array) canonicalWriter.begin(source, scan(source).tape);
  else canonicalWriter.begin(source.bytes, source.tape);
  canonicalWriter.node(node);
  return canonicalWriter.finish();
}
