import { writeJson, type JsonValue } from '@kubewarden/policy';
import { parseAllDocuments, parseDocument, type Document, type ParseOptions, type SchemaOptions } from 'yaml';

const options: ParseOptions & SchemaOptions = {
  intAsBigInt: true,
  prettyErrors: true,
  // As the original reads it, digits after a zero are a text: a file mode of 0644 is not the number 644.
  customTags: (tags) =>
    tags.map((tag) =>
      typeof tag === 'object' &&
      tag.collection === undefined &&
      tag.tag === 'tag:yaml.org,2002:int' &&
      tag.format === undefined
        ? { ...tag, test: /^[-+]?(?:0|[1-9][0-9]*)$/ }
        : tag,
    ),
};

/**
 * Reads YAML (so JSON as well) without losing a number: integers of any size, and floats that stay floats.
 *
 * @throws Error with line and column if the text is not YAML, or holds what JSON cannot express
 */
export function parseYaml(text: string): JsonValue {
  return toJson(parseDocument(text, options));
}

/** As {@link parseYaml}, for a file of several documents. */
export function parseYamlDocuments(text: string): JsonValue[] {
  const documents = parseAllDocuments(text, options);
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
    return new Map([...value].map(([key, member]) => [memberName(key), toValue(member)]));
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

function memberName(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean') return String(key);
  throw new Error('the keys of a mapping must be strings');
}
