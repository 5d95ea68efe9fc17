/**
 * Leads from positions in the bundle to lines of the sources: names of the sources, one a line, and for each line of
 * the bundle the places where another source line begins, as base64 VLQ like in a source map: column of the bundle
 * (relative within the line), index of the source, line of the source (both relative to the place before).
 */
export interface LineTable {
  readonly sources: string;
  readonly mappings: string;
}

export interface SourceLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The source of a position in the bundle.
 *
 * @param line - from 1
 * @param column - from 1
 */
export function findSource(table: LineTable, line: number, column: number): SourceLine | undefined {
  const sources = table.sources.split('\n');
  let source = 0;
  let sourceLine = 0;
  let at = 0;
  let found: SourceLine | undefined;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 5) {
      const digit = digits.indexOf(table.mappings[at++]!);
      value |= (digit & 31) << shift;
      if (digit < 32) return value & 1 ? -(value >> 1) : value >> 1;
    }
  };
  for (let current = 1; current <= line && at < table.mappings.length; current++) {
    let start = 0;
    while (at < table.mappings.length && table.mappings[at] !== ';') {
      start += next();
      source += next();
      sourceLine += next();
      if (current === line && (start < column || found === undefined)) {
        found = { file: sources[source]!, line: sourceLine + 1 };
      }
    }
    at++;
  }
  return found;
}
