import { isObject } from '../request/shape.ts';

/** Numbers that JavaScript may print otherwise: `1.0`, `1e9`, `12345678901234567890`. Text in strings may match, too. */
const suspicious = /[[,:]\s*-?\d+(?:\.\d*0|(?:\.\d+)?[eE][-+]?\d+|\d{15}(?:\.\d+)?|\.\d{15,})\s*[,}\]]/;

/** A number and how it was written. */
interface WrittenNumber {
  readonly value: number;
  readonly source: string;
}

/** Not yet in the library of the compiler; both engines that run policies have them. */
type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;
const json = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): unknown;
};

/**
 * Prints a mutated object so that numbers which the policy did not touch stay as they were written. JavaScript has
 * `1.0` and `1` for the same, and no room for the digits of large integers: without this, the host would take them
 * for changes of the policy.
 *
 * @param mutated - the object that the policy gives
 * @param payload - the review that the policy got
 * @param path - where in the review the original of the object is
 */
export function stringifyMutated(
  mutated: unknown,
  payload: string,
  path: readonly string[],
): string | undefined {
  if (!suspicious.test(payload)) return JSON.stringify(mutated);
  /** The objects and lists on the way to numbers that are to be kept. */
  const concerned = new Set<unknown>();
  let original = json.parse(payload, function (_key, value, { source }) {
    if (typeof value === 'number') {
      if (source === undefined || String(value) === source) return value;
      concerned.add(this);
      return new Written({ value, source });
    }
    if (concerned.has(value)) concerned.add(this);
    return value;
  });
  for (const name of path) original = isObject(original) ? original[name] : undefined;
  return JSON.stringify(restore(mutated, original, concerned));
}

class Written {
  readonly number: WrittenNumber;
  constructor(number: WrittenNumber) {
    this.number = number;
  }
}

/** The mutated value with the spelling of the original's numbers, wherever both have the same one. */
function restore(mutated: unknown, original: unknown, concerned: ReadonlySet<unknown>): unknown {
  if (original instanceof Written) {
    return mutated === original.number.value ? json.rawJSON(original.number.source) : mutated;
  }
  if (!concerned.has(original)) return mutated;
  if (Array.isArray(mutated) && Array.isArray(original)) {
    return mutated.map((item, index) => restore(item, original[index], concerned));
  }
  if (isObject(mutated) && isObject(original) && !('toJSON' in mutated)) {
    return Object.fromEntries(
      Object.entries(mutated).map(([name, value]) => [
        name,
        restore(value, Object.hasOwn(original, name) ? original[name] : undefined, concerned),
      ]),
    );
  }
  return mutated;
}
