import type { LineTable } from '../guest/line-table.ts';

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function encodeVlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += digits[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}

/** Fields of the segments of one line of a source map: column, source, line, column of the source. */
function decodeSegments(line: string): number[][] {
  const segments: number[][] = [];
  for (const text of line.split(',')) {
    const fields: number[] = [];
    let value = 0;
    let shift = 0;
    for (const digit of text) {
      const bits = digits.indexOf(digit);
      value |= (bits & 31) << shift;
      shift += 5;
      if (bits < 32) {
        fields.push(value & 1 ? -(value >> 1) : value >> 1);
        value = 0;
        shift = 0;
      }
    }
    segments.push(fields);
  }
  return segments;
}

/**
 * What a module needs of a source map to name lines: about a fifth of it.
 *
 * @param lineOffset - lines that stand in front of the bundle when it is evaluated
 */
export function makeLineTable(sourceMap: string, lineOffset: number): LineTable {
  const { sources, mappings } = JSON.parse(sourceMap) as { sources: string[]; mappings: string };
  let [source, sourceLine] = [0, 0];
  let [writtenSource, writtenLine] = [0, 0];
  const lines = mappings.split(';').map((line) => {
    let column = 0;
    let writtenColumn = 0;
    let text = '';
    let isFirst = true;
    for (const [columns = 0, sourceDelta, lineDelta] of line === '' ? [] : decodeSegments(line)) {
      column += columns;
      if (sourceDelta === undefined || lineDelta === undefined) continue;
      source += sourceDelta;
      sourceLine += lineDelta;
      if (!isFirst && source === writtenSource && sourceLine === writtenLine) continue;
      text += encodeVlq(column - writtenColumn);
      text += encodeVlq(source - writtenSource) + encodeVlq(sourceLine - writtenLine);
      [writtenColumn, writtenSource, writtenLine] = [column, source, sourceLine];
      isFirst = false;
    }
    return text;
  });
  return { sources: sources.join('\n'), mappings: `${';'.repeat(lineOffset)}${lines.join(';')}` };
}
