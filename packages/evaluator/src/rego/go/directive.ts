/** One `%…` of a format, without the arguments that it uses up. */
export interface Directive {
  readonly verb: string;
  readonly sharp: boolean;
  readonly zero: boolean;
  readonly plus: boolean;
  readonly minus: boolean;
  readonly space: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

/** Pads to the directive's width, in code points. */
export function pad(text: string, { width, minus, zero }: Directive, allowZeros = true): string {
  const missing = (width ?? 0) - countCharacters(text);
  if (missing <= 0) return text;
  if (minus) return text + ' '.repeat(missing);
  return (zero && allowZeros ? '0' : ' ').repeat(missing) + text;
}

/** Characters of a text: code points, each of one or two UTF-16 code units. */
export function countCharacters(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    // A low surrogate belongs to the character before it.
    if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count++;
  }
  return count;
}
