import { writeJson, type JsonValue } from '@kubewarden/policy';
import { parseAllDocuments, parseDocument, type Document } from 'yaml';

/**
 * Reads YAML (so JSON as well) without losing a number: integers of any size, and floats that stay floats.
 *
 * @throws Error with line and column if the text is not YAML, or holds what JSON cannot express
 */
export function parseYaml(text: string): JsonValue {
  return toJson(parseDocument(text, { intAsBigInt: true, prettyErrors: true }));
}

/** As {@link parseYaml}, for a file of several documents. */
export function parseYamlDocuments(text: string): JsonValue[] {
  const documents = parseAllDocuments(text, { intAsBigInt: true, prettyErrors: true });
  // A text of blanks and comments holds no document at all, which is no more than one empty one.
  return documents.length === 0 ? [null] : [...documents].map(toJson);
}

/** Canonical JSON of a YAML text, UTF-8. */
export function yamlToJson(text: string): Uint8Array {
  return writeJson(parseYaml(text));
}

function toJson(document: Document): JsonValue {
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  return toValue(document.toJS({ mapAsMap: true }) as unknown);
}

function toValue(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(toValue);
  if (value instanceof Map) {
    return new Map([...value].map(([key, member]) => [String(key), toValue(member)]));
  }
  if (value === undefined) return null;
  if (typeof value === 'bigint') {
    const fits = BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value;
    return fits ? value : Number(value);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new Error(`${value} is a number that JSON cannot express`);
  }
  if (value === null || ['string', 'boolean', 'number'].includes(typeof value)) return value as JsonValue;
  throw new Error('the text holds a value that JSON cannot express');
}
