const codes = { bold: 1, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, dim: 2 } as const;

export type Style = keyof typeof codes;

/** Colours a text, or leaves it alone. */
export type Styler = (text: string, ...styles: Style[]) => string;

/** @param enabled false where the output is no terminal or the user wants no colours */
export function createStyler(enabled: boolean): Styler {
  return (text, ...styles) =>
    enabled && styles.length > 0
      ? `\u001b[${styles.map((style) => codes[style]).join(';')}m${text}\u001b[0m`
      : text;
}
