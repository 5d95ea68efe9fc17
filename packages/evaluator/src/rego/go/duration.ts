import { formatFloat } from './float.ts';

/** A text that is no duration. */
export class DurationError extends Error {
  override readonly name = 'DurationError';

  constructor(text: string, reason = 'invalid duration') {
    super(`time: ${reason} ${JSON.stringify(text)}`);
  }
}

const nanosecondsOf: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Units that OPA adds, in hours. */
const hoursOf: Readonly<Record<string, number>> = { d: 24, w: 7 * 24, y: 365 * 24 };

const largest = 1n << 63n;

/**
 * Go's `time.ParseDuration` with OPA's units for days, weeks and years.
 *
 * @returns nanoseconds
 * @throws DurationError
 */
export function parseDuration(text: string): bigint {
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0n;
  if (rest === '') throw new DurationError(text);
  const hasOwnUnits = /[dwy]/.test(text);
  let total = 0n;
  for (let position = 0; position < rest.length;) {
    const match = /^(\d*)(\.\d*)?([^.\d]*)/.exec(rest.slice(position)) as RegExpExecArray;
    const [segment, whole = '', fraction = '', unit = ''] = match;
    if (segment === '' || !/\d/.test(whole + fraction)) throw new DurationError(text);
    if (unit === '') throw new DurationError(text, 'missing unit in duration');
    total +=
      hasOwnUnits && Object.hasOwn(hoursOf, unit)
        ? hours(Number(`${whole}${fraction}`) * (hoursOf[unit] as number), text)
        : amount(whole, fraction, unit, text);
    if (total > largest) throw new DurationError(text);
    position += segment.length;
  }
  if (sign !== '-' && total >= largest) throw new DurationError(text);
  return sign === '-' ? -total : total;
}

function hours(count: number, text: string): bigint {
  const [whole = '', fraction = ''] = formatFloat(count, 'f', undefined).split('.');
  return amount(whole, fraction === '' ? '' : `.${fraction}`, 'h', text);
}

function amount(whole: string, fraction: string, unit: string, text: string): bigint {
  if (!Object.hasOwn(nanosecondsOf, unit)) {
    throw new DurationError(text, `unknown unit ${JSON.stringify(unit)} in duration`);
  }
  const nanoseconds = nanosecondsOf[unit] as bigint;
  // Go computes the fraction in floating point as well.
  const part = fraction.length > 1 ? Math.trunc(Number(`0${fraction}`) * Number(nanoseconds)) : 0;
  return BigInt(whole === '' ? 0 : whole) * nanoseconds + BigInt(part);
}
