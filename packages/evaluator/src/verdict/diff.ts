import { compareUtf8, parseJson, quoteString, type JsonDocument, type JsonNode } from '@kubewarden/policy';

/**
 * The JSON Patch (RFC 6902) that turns one document into another, with the operations of the original
 * (the Rust crate json-patch) in the same order; rules in evaluator.md 7.4.
 *
 * Only `add`, `remove` and `replace` are used. Arrays are compared position by position. Numbers differ when
 * their representation does: `1` is not `1.0`.
 *
 * @param left canonical JSON, UTF-8
 * @param right canonical JSON, UTF-8
 * @returns compact JSON of the patch, UTF-8; undefined when there is no difference
 */
export function diffJson(left: Uint8Array, right: Uint8Array): Uint8Array | undefined {
  if (sameBytes(left, right)) return undefined;
  const difference = new Difference(parseJson(left), parseJson(right));
  difference.values(0, 0, '');
  const { operations } = difference;
  return operations.length === 0 ? undefined : encoder.encode(`[${operations.join(',')}]`);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

class Difference {
  /** Each already as JSON. */
  readonly operations: string[] = [];
  readonly #left: JsonDocument;
  readonly #right: JsonDocument;

  constructor(left: JsonDocument, right: JsonDocument) {
    this.#left = left;
    this.#right = right;
  }

  /** @param path JSON Pointer of the values, not yet quoted */
  values(left: JsonNode, right: JsonNode, path: string): void {
    // Canonical forms of equal values are equal, so that unchanged subtrees cost a comparison of bytes.
    if (sameBytes(this.#left.slice(left), this.#right.slice(right))) return;
    const kind = this.#left.kind(left);
    const sameKind = kind === this.#right.kind(right);
    if (sameKind && kind === 'object') this.#objects(left, right, path);
    else if (sameKind && kind === 'array') this.#arrays(left, right, path);
    else if (!(sameKind && kind === 'number' && this.#bothZero(left, right)))
      this.#set('replace', path, right);
  }

  /** `0.0` and `-0.0` are the only equal numbers with two canonical forms. */
  #bothZero(left: JsonNode, right: JsonNode): boolean {
    return (
      typeof this.#left.number(left) === 'number' && this.#left.number(left) === this.#right.number(right)
    );
  }

  #objects(left: JsonNode, right: JsonNode, path: string): void {
    const before = this.#left.members(left);
    const after = this.#right.members(right);
    const removed: string[] = [];
    let index = 0;
    // Both lists are sorted, and removals come after everything else.
    for (const { name, value } of after) {
      while (index < before.length && compareUtf8(before[index]!.name, name) < 0) {
        removed.push(before[index]!.name);
        index += 1;
      }
      const memberPath = `${path}/${escapePointer(name)}`;
      if (before[index]?.name === name) {
        this.values(before[index]!.value, value, memberPath);
        index += 1;
      } else {
        this.#set('add', memberPath, value);
      }
    }
    for (const { name } of before.slice(index)) removed.push(name);
    for (const name of removed) this.#remove(`${path}/${escapePointer(name)}`);
  }

  #arrays(left: JsonNode, right: JsonNode, path: string): void {
    const before = this.#left.items(left);
    const after = this.#right.items(right);
    for (const [index, item] of after.entries()) {
      const itemPath = `${path}/${index}`;
      const previous = before[index];
      if (previous === undefined) this.#set('add', itemPath, item);
      else this.values(previous, item, itemPath);
    }
    // Every removal moves the rest down, so that the next surplus item is at the same place.
    for (let surplus = before.length - after.length; surplus > 0; surplus -= 1) {
      this.#remove(`${path}/${after.length}`);
    }
  }

  #set(operation: 'add' | 'replace', path: string, value: JsonNode): void {
    const text = decoder.decode(this.#right.slice(value));
    this.operations.push(`{"op":"${operation}","path":${quoteString(path)},"value":${text}}`);
  }

  #remove(path: string): void {
    this.operations.push(`{"op":"remove","path":${quoteString(path)}}`);
  }
}

/** A key as a segment of a JSON Pointer (RFC 6901). */
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) {
    if (left[index] !== right[index]) return false;
  }
  return true;
}
