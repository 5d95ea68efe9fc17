import type { Style, Styler } from './style.ts';

export interface TableRow {
  readonly left: string;
  /** May have several lines. */
  readonly right: string;
  /** Of the left column. */
  readonly styles: readonly Style[];
}

/** Two columns of text, left-aligned, one blank between them and one at the end of each line. */
export function formatColumns(rows: readonly TableRow[], style: Styler): string {
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows
    .flatMap(({ left, right, styles }) =>
      right
        .split('\n')
        .map((line, index) =>
          index === 0
            ? `${style(left.padEnd(width), ...styles)} ${line} \n`
            : `${' '.repeat(width)} ${line} \n`,
        ),
    )
    .join('');
}
