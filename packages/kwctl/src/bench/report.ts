import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createStyler } from '../terminal/style.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { BenchReporter, BenchResult } from './measure.ts';
import type { BenchOptions } from './options.ts';

/** Prints a benchmark in the form that users of the original know, and keeps the results if so wished. */
export async function createReporter(terminal: Terminal, options: BenchOptions): Promise<BenchReporter> {
  const style = createStyler(terminal.stdoutIsTerminal);
  const name = (label: string): string => style(label, 'green', 'bold');
  const print = (line: string): void => terminal.stdout(`${line}\n`);
  const folder = options.dump && (await isFolder('target')) ? join('target', 'tiny-bench') : undefined;
  return {
    warmingUp: (label, seconds) =>
      print(`${name(label)} warming up for ${style(`${seconds.toFixed(2)}s`, 'yellow')}`),
    overTime: (label, samples, seconds) =>
      print(
        `${name(label)} Unable to complete ${samples} samples in the time given, it will take ${seconds.toFixed(2)}s`,
      ),
    warmedUp: (label, mean, iterations) =>
      print(
        `${name(label)} mean warm up execution time ${style(duration(mean), 'yellow')} running ${count(iterations)} iterations`,
      ),
    measured: async (label, result) => {
      const { summary } = result;
      print(
        `${name(label)} [${count(result.iterations)} iterations in ${result.seconds.toFixed(2)}s with ${result.samples.toFixed(1)} samples]:`,
      );
      print(
        `\telapsed\t[min mean max]:\t[${duration(summary.minimum)} ${style(duration(summary.mean), 'bold')} ${duration(summary.maximum)}] ` +
          `(sample data: med = ${duration(summary.median)}, var = ${duration(summary.variance, 1e6)}², stddev = ${duration(summary.standardDeviation)})`,
      );
      print(
        `\tmean with a confidence of 95 %:\t[${summary.meanInterval.map((bound) => duration(bound)).join(' ')}]`,
      );
      if (folder !== undefined) print(await compareAndKeep(join(folder, label), result));
    },
  };
}

async function compareAndKeep(folder: string, result: BenchResult): Promise<string> {
  const file = join(folder, 'results.json');
  const earlier = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as BenchResult,
    () => undefined,
  );
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify(result, null, 2));
  if (earlier === undefined) return `\tkept in ${file}`;
  const change = (result.summary.mean / earlier.summary.mean - 1) * 100;
  return `\tchange of the mean\t${change >= 0 ? '+' : ''}${change.toFixed(1)} %`;
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * Nanoseconds in a unit that leaves few digits.
 *
 * @param step from one unit to the next: 1000, or its square for square nanoseconds
 */
function duration(nanoseconds: number, step = 1000): string {
  const units = ['ns', 'µs', 'ms', 's'];
  let value = nanoseconds;
  let unit = 0;
  while (value >= step && unit < units.length - 1) {
    value /= step;
    unit++;
  }
  return `${value.toFixed(2)}${units[unit]}`;
}

function count(number: number): string {
  return number < 1000 ? String(number) : `${(number / 1000).toFixed(1)} thousand`;
}
