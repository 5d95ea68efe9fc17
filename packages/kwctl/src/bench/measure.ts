import type { BenchOptions } from './options.ts';
import { summarize, type Summary } from './statistics.ts';

/** What a benchmark tells while it goes on. */
export interface BenchReporter {
  warmingUp(label: string, seconds: number): void;
  warmedUp(label: string, meanNanoseconds: number, iterations: number): void;
  /** Samples of one iteration each take longer than the time that was given. */
  overTime(label: string, samples: number, expectedSeconds: number): void;
  measured(label: string, result: BenchResult): Promise<void>;
}

export interface BenchResult {
  readonly iterations: number;
  readonly seconds: number;
  readonly samples: number;
  readonly summary: Summary;
}

/**
 * Measures a function: warms up, then takes samples of growing numbers of iterations until the time is used.
 */
export async function measure(
  label: string,
  work: () => Promise<unknown>,
  options: BenchOptions,
  reporter: BenchReporter,
): Promise<void> {
  reporter.warmingUp(label, options.warmUpSeconds);
  const mean = await warmUp(work, options.warmUpSeconds);
  const [step, expectedSeconds] = plan(mean, options);
  if (expectedSeconds > options.measurementSeconds * 1.2) {
    reporter.overTime(label, options.samples, expectedSeconds);
  }
  const iterations = (step * options.samples * (options.samples + 1)) / 2;
  reporter.warmedUp(label, mean, iterations);

  const times: number[] = [];
  const started = performance.now();
  for (let sample = 1; sample <= options.samples; sample++) {
    const count = sample * step;
    const sampleStarted = performance.now();
    for (let iteration = 0; iteration < count; iteration++) await work();
    times.push(((performance.now() - sampleStarted) * 1e6) / count);
  }
  const seconds = (performance.now() - started) / 1000;
  await reporter.measured(label, {
    iterations,
    seconds,
    samples: options.samples,
    summary: summarize(times, options.resamples),
  });
}

/** @returns mean time of an iteration, in nanoseconds */
async function warmUp(work: () => Promise<unknown>, seconds: number): Promise<number> {
  const started = performance.now();
  let count = 0;
  do {
    await work();
    count++;
  } while (performance.now() - started < seconds * 1000);
  return ((performance.now() - started) * 1e6) / count;
}

/** Iterations by which each sample is longer than the one before, and the time that all will take. */
function plan(
  meanNanoseconds: number,
  { measurementSeconds, samples }: BenchOptions,
): [step: number, seconds: number] {
  const triangle = (samples * (samples + 1)) / 2;
  const step = Math.max(1, Math.round((measurementSeconds * 1e9) / meanNanoseconds / triangle));
  return [step, (step * triangle * meanNanoseconds) / 1e9];
}
