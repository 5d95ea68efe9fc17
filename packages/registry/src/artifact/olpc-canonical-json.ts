import { compareUtf8 } from '@kubewarden/policy';

/** What manifests are made of. */
export type CanonicalValue =
  | string
  | number
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue };

/**
 * Writes canonical JSON as the One Laptop per Child project has defined it: keys in the order of their code
 * points, no blanks, texts in normalisation form C, and no escapes but those of quote and backslash. Control
 * characters are escaped nevertheless: without that the text would not be JSON, and no registry takes it.
 *
 * @throws RangeError for a number that is no integer
 */
export function olpcCanonicalJson(value: CanonicalValue): string {
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no integer`);
    return String(value);
  }
  if (isList(value)) return `[${value.map(olpcCanonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .map(([key, member]): [string, CanonicalValue] => [key.normalize('NFC'), member])
    .toSorted(([one], [other]) => compareUtf8(one, other))
    .map(([key, member]) => `${canonicalString(key)}:${olpcCanonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function isList(value: CanonicalValue): value is readonly CanonicalValue[] {
  return Array.isArray(value);
}

function canonicalString(text: string): string {
  // JSON.stringify escapes those that have to be, and halves of surrogate pairs, which are no text.
  return JSON.stringify(text.normalize('NFC'));
}
