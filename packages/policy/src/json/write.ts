import { formatNumber } from './numbers.ts';
import { compareUtf8, quoteString } from './strings.ts';
import type { JsonValue } from './value.ts';

const encoder = new TextEncoder();

/**
 * Prints a tree in canonical form (see {@link canonicalJson}): the keys of every object are sorted, whatever
 * order the maps have. Numbers that are not finite become `null`.
 *
 * @returns UTF-8
 */
export function writeJson(value: JsonValue): Uint8Array<ArrayBuffer> {
  return encoder.encode(formatJson(value));
}

/** {@link writeJson} as text. */
export function formatJson(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoteString(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'object') {
    return Array.isArray(value) ? `[${value.map(formatJson).join(',')}]` : formatObject(value);
  }
  return formatNumber(value);
}

function formatObject(object: ReadonlyMap<string, JsonValue>): string {
  const members = [...object].toSorted(([a], [b]) => compareUtf8(a, b));
  return `{${members.map(([name, value]) => `${quoteString(name)}:${formatJson(value)}`).join(',')}}`;
}
