/**
 * Characters that a terminal obeys instead of printing: controls other than newline and tab, and those that
 * reorder or break lines of Unicode text.
 */
export const unprintable = /(?![\n\t])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text of a policy or of its author, harmless on a terminal: whoever inspects a policy does not trust it yet, so it
 * must not be able to move the cursor, hide a line or set the window's title.
 */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(unprintable, (character) => {
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}

/** A printable text on one line: policies choose names and messages, and must not be able to forge further lines. */
export function singleLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n');
}
