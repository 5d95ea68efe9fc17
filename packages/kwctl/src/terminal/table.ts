/** Columns of text, left-aligned, one blank between them and one at the end of each line. */
export function formatColumns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows
    .flatMap(([left, right]) =>
      right.split('\n').map((line, index) => `${(index === 0 ? left : '').padEnd(width)} ${line} \n`),
    )
    .join('');
}
