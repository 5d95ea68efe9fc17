/** One measured number. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the architecture asks for: at most this. */
  readonly bar?: number;
}

/** Prints a table, with the ratio to an earlier run where there is one. */
export function printFigures(figures: readonly Figure[], earlier: readonly Figure[] = []): void {
  const before = new Map(earlier.map(({ name, value }) => [name, value]));
  const rows = figures.map(({ name, value, unit, bar }) => {
    const previous = before.get(name);
    return [
      name,
      `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`,
      bar === undefined ? '' : `≤ ${bar} ${unit}`,
      bar === undefined ? '' : value <= bar ? 'met' : 'missed',
      previous === undefined ? '' : `× ${(value / previous).toFixed(2)}`,
    ];
  });
  const head = ['figure', 'measured', 'bar', '', earlier.length > 0 ? 'now/then' : ''];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  for (const row of [head, widths.map((width) => '-'.repeat(width)), ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
  }
}
