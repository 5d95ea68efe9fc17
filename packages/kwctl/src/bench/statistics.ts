/** What is known of a series of times, in nanoseconds. */
export interface Summary {
  readonly minimum: number;
  readonly mean: number;
  readonly maximum: number;
  readonly median: number;
  readonly variance: number;
  readonly standardDeviation: number;
  /** Interval that holds the mean with a confidence of 95 %, by bootstrap. */
  readonly meanInterval: readonly [low: number, high: number];
}

/**
 * @param times at least one
 * @param resamples how often the mean is drawn anew for the interval
 */
export function summarize(times: readonly number[], resamples: number): Summary {
  const sorted = times.toSorted((a, b) => a - b);
  const mean = average(sorted);
  const variance = average(sorted.map((time) => (time - mean) ** 2));
  return {
    minimum: sorted[0]!,
    mean,
    maximum: sorted.at(-1)!,
    median: (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2,
    variance,
    standardDeviation: Math.sqrt(variance),
    meanInterval: bootstrap(sorted, resamples),
  };
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function bootstrap(times: readonly number[], resamples: number): [low: number, high: number] {
  if (resamples === 0) return [average(times), average(times)];
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (let index = 0; index < times.length; index++)
      sum += times[Math.floor(Math.random() * times.length)]!;
    means[resample] = sum / times.length;
  }
  means.sort();
  return [
    means[Math.floor(resamples * 0.025)]!,
    means[Math.min(resamples - 1, Math.floor(resamples * 0.975))]!,
  ];
}
