/**
 * Joins expressions and what OPA made of them into lines of `[expression, result]`; the result is missing where
 * the expression is undefined, which is how OPA treats a builtin that fails.
 *
 * Usage: node expected.ts <expressions> <results.json>
 */
import { readFileSync } from 'node:fs';

const [expressionsFile = '', resultsFile = ''] = process.argv.slice(2);
const expressions = readFileSync(expressionsFile, 'utf8').trimEnd().split('\n');
const results = JSON.parse(readFileSync(resultsFile, 'utf8')) as Record<string, unknown>;
const lines = expressions.map((expression, index) => {
  const key = String(index);
  return JSON.stringify(key in results ? [expression, results[key]] : [expression]);
});
process.stdout.write(`${lines.join('\n')}\n`);
