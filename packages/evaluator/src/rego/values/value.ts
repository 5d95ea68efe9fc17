import { compareUtf8 } from '@kubewarden/policy';

/**
 * A Rego value as host and guest exchange it.
 *
 * A `bigint` is a number whose text has neither fraction nor exponent, a `number` is any other; the two are
 * equal in Rego when they are equal numerically. Sets and objects with keys that are no strings exist in Rego
 * and not in JSON, which is why values cross as Rego terms.
 */
export type RegoValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly RegoValue[]
  | RegoObject
  | RegoSet;

/** A mapping whose keys are any values; iterates in the order of its keys. */
export class RegoObject {
  readonly #entries: ReadonlyMap<string, readonly [key: RegoValue, value: RegoValue]>;

  /** @param entries of equal keys the last one counts */
  constructor(entries: Iterable<readonly [RegoValue, RegoValue]>) {
    const byIdentity = new Map<string, readonly [RegoValue, RegoValue]>();
    for (const entry of entries) byIdentity.set(identity(entry[0]), entry);
    this.#entries = byIdentity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value of a key, or undefined. */
  get(key: RegoValue): RegoValue | undefined {
    return this.#entries.get(identity(key))?.[1];
  }

  /** Entries in the order of their keys. */
  entries(): (readonly [key: RegoValue, value: RegoValue])[] {
    return [...this.#entries.values()].toSorted((a, b) => compareValues(a[0], b[0]));
  }
}

/** A set of values; iterates in Rego's order. */
export class RegoSet {
  readonly #members: ReadonlyMap<string, RegoValue>;

  constructor(members: Iterable<RegoValue>) {
    const byIdentity = new Map<string, RegoValue>();
    for (const member of members) byIdentity.set(identity(member), member);
    this.#members = byIdentity;
  }

  get size(): number {
    return this.#members.size;
  }

  has(value: RegoValue): boolean {
    return this.#members.has(identity(value));
  }

  /** Members in Rego's order. */
  members(): RegoValue[] {
    return [...this.#members.values()].toSorted(compareValues);
  }
}

export function isArray(value: RegoValue): value is readonly RegoValue[] {
  return Array.isArray(value);
}

/** Rego's name of a value's type, as `type_name` gives it. */
export function typeName(value: RegoValue): string {
  if (value === null) return 'null';
  if (value instanceof RegoSet) return 'set';
  if (value instanceof RegoObject) return 'object';
  if (isArray(value)) return 'array';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

/** A text that is the same for two values exactly when Rego takes them for equal. */
export function identity(value: RegoValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return String(Number.isInteger(value) ? toInteger(value) : value);
  return value !== null && typeof value === 'object' ? collectionIdentity(value) : String(value);
}

function collectionIdentity(value: readonly RegoValue[] | RegoObject | RegoSet): string {
  if (value instanceof RegoSet) return `<${value.members().map(identity).join()}>`;
  if (value instanceof RegoObject) {
    return `{${value
      .entries()
      .map(([key, item]) => `${identity(key)}:${identity(item)}`)
      .join()}}`;
  }
  return `[${value.map(identity).join()}]`;
}

/** Rego's total order: null, booleans, numbers, strings, arrays, objects, sets. */
export function compareValues(a: RegoValue, b: RegoValue): number {
  const rank = typeRank(a) - typeRank(b);
  if (rank !== 0) return rank;
  if (typeof a === 'string' && typeof b === 'string') return compareUtf8(a, b);
  if (a instanceof RegoObject && b instanceof RegoObject) return compareEntries(a.entries(), b.entries());
  if (a instanceof RegoSet && b instanceof RegoSet) return compareItems(a.members(), b.members());
  if (isArray(a) && isArray(b)) return compareItems(a, b);
  // Of one type and none of the above: null, booleans or numbers, which JavaScript orders as Rego does.
  const [x, y] = [comparable(a), comparable(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function comparable(value: RegoValue): bigint {
  const isInteger = typeof value === 'number' && Number.isInteger(value);
  // JavaScript compares null, booleans and both kinds of numbers with each other.
  return isInteger ? toInteger(value) : (value as bigint);
}

/**
 * The integer that a double without fraction stands for: that of its shortest decimal form, which is what is
 * printed, and not the one that the bits spell out (they differ beyond 2^53).
 */
export function toInteger(value: number): bigint {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return BigInt(whole + fraction) * 10n ** BigInt(Number(exponent) - fraction.length);
}

/** The types in Rego's order; what `type_name` calls them. */
const typeOrder = ['null', 'boolean', 'number', 'string', 'array', 'object', 'set'];

function typeRank(value: RegoValue): number {
  return typeOrder.indexOf(typeName(value));
}

function compareItems(a: readonly RegoValue[], b: readonly RegoValue[]): number {
  for (const [index, item] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareValues(item, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Objects are compared key by key, each with its value. */
function compareEntries(
  a: readonly (readonly [RegoValue, RegoValue])[],
  b: readonly (readonly [RegoValue, RegoValue])[],
): number {
  return compareItems(a.flat(), b.flat());
}
