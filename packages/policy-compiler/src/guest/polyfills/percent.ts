import { natives } from '../natives.ts';

/** Printable ASCII characters that are encoded, besides controls and all that is not ASCII (URL Standard, 1.3). */
export const percentSets = {
  control: '',
  fragment: ' "<>`',
  query: ' "#<>',
  specialQuery: ' "#<>\'',
  path: ' "#<>?^`{}',
  userinfo: ' "#<>?^`{}/:;=@[\\]|',
  form: ' "#<>?^`{}/:;=@[\\]|$%&+,!\'()~',
} as const;

/** A text with all characters of a set as `%XX` of their UTF-8. */
export function percentEncode(text: string, set: string): string {
  let result = '';
  for (const character of text.toWellFormed()) {
    if (character >= ' ' && character <= '~' && !set.includes(character)) result += character;
    else {
      for (const byte of new Uint8Array(natives.encode(character))) {
        result += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      }
    }
  }
  return result;
}

/** A text with each `%XX` as the byte that it stands for, read as UTF-8. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  const bytes = new Uint8Array(natives.encode(text.toWellFormed()));
  const digit = (at: number): number => Number.parseInt(String.fromCharCode(bytes[at] ?? 0), 16);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const value = bytes[at] === 0x25 ? digit(at + 1) * 16 + digit(at + 2) : Number.NaN;
    if (Number.isNaN(value)) bytes[length++] = bytes[at]!;
    else {
      bytes[length++] = value;
      at += 2;
    }
  }
  return natives.decode(bytes.buffer, 0, length).toWellFormed();
}
