import type { ParsedOptions } from '../command-line/parsed-options.ts';
import { CliError } from '../terminal/cli-error.ts';

export interface BenchOptions {
  readonly measurementSeconds: number;
  readonly warmUpSeconds: number;
  readonly samples: number;
  readonly resamples: number;
  readonly dump: boolean;
}

/** @throws CliError naming the option whose value is no number */
export function readBenchOptions(options: ParsedOptions): BenchOptions {
  const whole = (name: string, unit: string, fallback: number): number => {
    const text = options.value(name);
    if (text === undefined) return fallback;
    if (!/^\d{1,9}$/.test(text)) {
      throw new CliError(`Cannot convert '${name}' to ${unit}: '${text}' is not a whole number`);
    }
    return Number(text);
  };
  const samples = whole('num-samples', 'number', 100);
  if (samples < 1) throw new CliError("Cannot convert 'num-samples' to number: at least 1 is needed");
  return {
    measurementSeconds: whole('measurement-time', 'seconds', 5),
    warmUpSeconds: whole('warm-up-time', 'seconds', 3),
    samples,
    resamples: whole('num-resamples', 'number', 100_000),
    dump: options.has('dump-results-to-disk'),
  };
}
