import { findSource, type LineTable, type SourceLine } from './line-table.ts';

/** File name of the bundle in stack traces. */
const bundleName = 'policy.js';

/** Whether a file was written by the author of the policy, not by that of a package. */
function isOwn({ file }: SourceLine): boolean {
  return !file.includes('node_modules/') && !file.startsWith('../');
}

/**
 * What was thrown, on one line, with the place in the sources: that where it was thrown and, if this is in a package,
 * that in the policy which led there.
 */
export function describeError(error: unknown, table: LineTable): string {
  let text: string;
  let stack = '';
  try {
    text = String(error);
    if (error instanceof Error) stack = String(error.stack);
  } catch {
    text = 'an error that cannot be turned into text';
  }
  const places = [...stack.matchAll(/\(?([^\s()]+):(\d+):(\d+)\)?$/gm)]
    .filter(([, file]) => file === bundleName)
    .map(([, , line, column]) => findSource(table, Number(line), Number(column)))
    .filter((place) => place !== undefined);
  const [thrown] = places;
  if (thrown === undefined) return text.toWellFormed();
  const own = places.find(isOwn);
  const called = own === undefined || own === thrown ? '' : `, called at ${own.file}:${own.line}`;
  return `${text} (${thrown.file}:${thrown.line}${called})`.toWellFormed();
}
