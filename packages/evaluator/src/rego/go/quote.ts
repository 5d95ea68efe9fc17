const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

// What Go's unicode.IsPrint accepts: letters, marks, numbers, punctuation, symbols and the ASCII space.
const unprintable = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** A string literal as Go's `strconv.Quote` writes it. */
export function quote(text: string): string {
  return `"${escapeUnprintable(text)}"`;
}

/** As {@link quote}, with everything outside of ASCII escaped (`strconv.QuoteToASCII`). */
export function quoteToAscii(text: string): string {
  return `"${escapeUnprintable(text).replaceAll(/\P{ASCII}/gu, escapeCodePoint)}"`;
}

function escapeUnprintable(text: string): string {
  return text.toWellFormed().replaceAll(unprintable, (match) => escapes[match] ?? escapeCodePoint(match));
}

function escapeCodePoint(character: string): string {
  const code = character.codePointAt(0) as number;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
