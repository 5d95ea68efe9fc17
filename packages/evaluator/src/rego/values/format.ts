import { compareUtf8 } from '@kubewarden/policy';
import { quote } from '../go/quote.ts';
import { isArray, RegoObject, RegoSet, type RegoValue } from './value.ts';

/** Writes a value in the notation that `opa_value_parse` reads. */
export function writeValue(value: RegoValue): string {
  // The guest's parser takes lone surrogates for a syntax error.
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed());
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value);
  return value !== null && typeof value === 'object' ? writeCollection(value) : String(value);
}

/** Text of a number as Rego prints it: JSON, no exponent below 1e21. */
export function numberText(value: number | bigint): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('number is not finite');
  return Object.is(value, -0) ? '0' : String(value);
}

/**
 * A value as Rego source text, which is what `print`, `%v` and template strings show for everything that is no
 * string: `["a", 1]`, `{"k": true}`, `{1, 2}`, `set()`.
 */
export function formatValue(value: RegoValue): string {
  if (typeof value === 'string') return quote(value);
  if (value instanceof RegoSet) {
    return value.size === 0 ? 'set()' : `{${value.members().map(formatValue).join(', ')}}`;
  }
  if (value instanceof RegoObject) {
    const entries = value.entries().map(([key, item]) => `${formatValue(key)}: ${formatValue(item)}`);
    return `{${entries.join(', ')}}`;
  }
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value);
  return isArray(value) ? `[${value.map(formatValue).join(', ')}]` : String(value);
}

/** A value as compact JSON: sets become arrays, keys that are no strings become their JSON text. */
export function toJson(value: RegoValue): string {
  if (typeof value === 'string') return jsonString(value);
  if (value instanceof RegoSet) return `[${value.members().map(toJson).join(',')}]`;
  if (value instanceof RegoObject) {
    return `{${jsonEntries(value)
      .map(([key, item]) => `${jsonString(key)}:${toJson(item)}`)
      .join(',')}}`;
  }
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value);
  return isArray(value) ? `[${value.map(toJson).join(',')}]` : String(value);
}

/** Entries of an object as JSON has them: the keys are strings, in byte order. */
export function jsonEntries(object: RegoObject): [key: string, value: RegoValue][] {
  return object
    .entries()
    .map(([key, value]): [string, RegoValue] => [typeof key === 'string' ? key : toJson(key), value])
    .toSorted((a, b) => compareUtf8(a[0], b[0]));
}

/** A JSON string as Go's encoder writes it: `<`, `>`, `&` and the two Unicode line separators are escaped. */
export function jsonString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function writeCollection(value: readonly RegoValue[] | RegoObject | RegoSet): string {
  if (value instanceof RegoSet) {
    return value.size === 0 ? 'set()' : `{${value.members().map(writeValue).join()}}`;
  }
  if (value instanceof RegoObject) {
    return `{${value
      .entries()
      .map(([key, item]) => `${writeValue(key)}:${writeValue(item)}`)
      .join()}}`;
  }
  return `[${value.map(writeValue).join()}]`;
}
