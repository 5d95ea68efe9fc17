import { isObject } from '../request/shape.ts';

/** Numbers that JavaScript would print otherwise: `1.0`, `1e9`, `12345678901234567890`. Strings may match too. */
const suspicious = /[[,:]\s*-?\d+(?:\.\d*0\b|\.?\d*[eE]|\.\d{15}|\d{15})/;

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
  let original = json.parse(payload, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? new Written({ value, source })
      : value,
  );
  for (const name of path) original = isObject(original) ? original[name] : undefined;
  return JSON.stringify(restore(mutated, original));
}

class Written {
  readonly number: WrittenNumber;
  constructor(number: WrittenNumber) {
    this.number = number;
  }
}

/** A copy of the mutated value with the spelling of the original's numbers, wherever both have the same one. */
function restore(mutated: unknown, original: unknown): unknown {
  if (original instanceof Written) {
    return mutated === original.number.value ? json.rawJSON(original.number.source) : mutated;
  }
  if (Array.isArray(mutated) && Array.isArray(original)) {
    return mutated.map((item, index) => restore(item, original[index]));
  }
  if (isObject(mutated) && isObject(original) && !('toJSON' in mutated)) {
    return Object.fromEntries(
      Object.entries(mutated).map(([name, value]) => [
        name,
        restore(value, Object.hasOwn(original, name) ? original[name] : undefined),
      ]),
    );
  }
  return mutated;
}
