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

/** A table with borders of dashes: a line of titles, then the rows, all left-aligned. */
export function formatBordered(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  style: Styler,
): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  const border = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const line = (cells: readonly string[], ...styles: Style[]): string =>
    `|${cells.map((cell, column) => ` ${style(cell.padEnd(widths[column]!), ...styles)} `).join('|')}|\n`;
  return `${border}${line(titles, 'bold')}${border}${rows.map((row) => line(row)).join('')}${border}`;
}
