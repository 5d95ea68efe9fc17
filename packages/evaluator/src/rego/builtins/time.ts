import { civilTime, daysInMonth, nanosecondsPerSecond, secondsOf } from '../go/civil-time.ts';
import { DurationError, parseDuration } from '../go/duration.ts';
import { formatTime, weekdayName } from '../go/time-format.ts';
import { parseTime, TimeParseError } from '../go/time-parse.ts';
import { findTimeZone, localToUtc, utc, type TimeZone } from '../go/time-zone.ts';
import { isArray, type RegoValue } from '../values/value.ts';
import {
  BuiltinError,
  integerOperand,
  numberOperand,
  smallIntegerOperand,
  stringOperand,
  type Builtin,
  type BuiltinTable,
} from './builtin.ts';

const parseRfc3339: Builtin = (_context, text) =>
  checked(parsing(() => parseTime('RFC3339', stringOperand(text, 1))));

const date: Builtin = (_context, moment) => {
  const { nanoseconds, zone } = momentOperand(moment);
  const { year, month, day } = civilTime(nanoseconds, zone.offset(nanoseconds));
  return [year, month, day].map(BigInt);
};

export const time: BuiltinTable = {
  'time.now_ns': (context) => context.now,
  'time.parse_rfc3339_ns': parseRfc3339,
  'time.date': date,
  // Names under which the original registered these two by mistake.
  parse_rfc3339_ns: parseRfc3339,
  date,

  'time.parse_ns'(_context, layout, text) {
    return checked(parsing(() => parseTime(stringOperand(layout, 1), stringOperand(text, 2))));
  },

  'time.parse_duration_ns'(_context, text) {
    return parsing(() => parseDuration(stringOperand(text, 1)));
  },

  'time.format'(_context, moment) {
    const { nanoseconds, zone, layout } = momentOperand(moment);
    return formatTime(nanoseconds, zone, layout === '' ? 'RFC3339Nano' : layout);
  },

  'time.clock'(_context, moment) {
    const { nanoseconds, zone } = momentOperand(moment);
    const { hour, minute, second } = civilTime(nanoseconds, zone.offset(nanoseconds));
    return [hour, minute, second].map(BigInt);
  },

  'time.weekday'(_context, moment) {
    const { nanoseconds, zone } = momentOperand(moment);
    return weekdayName(civilTime(nanoseconds, zone.offset(nanoseconds)));
  },

  'time.add_date'(_context, moment, years, months, days) {
    const { nanoseconds, zone } = momentOperand(moment);
    const civil = civilTime(nanoseconds, zone.offset(nanoseconds));
    const local = secondsOf({
      ...civil,
      year: civil.year + smallIntegerOperand(years, 2),
      month: civil.month + smallIntegerOperand(months, 3),
      day: civil.day + smallIntegerOperand(days, 4),
    });
    if (Number.isNaN(local)) throw outsideOfRange();
    return checked(BigInt(localToUtc(local, zone)) * nanosecondsPerSecond + BigInt(civil.nanosecond));
  },

  'time.diff'(_context, first, second) {
    const { nanoseconds: a, zone } = momentOperand(first);
    const { nanoseconds: b } = momentOperand(second);
    return (a < b ? difference(a, b, zone) : difference(b, a, zone)).map(BigInt);
  },
};

interface Moment {
  readonly nanoseconds: bigint;
  readonly zone: TimeZone;
  /** Empty when none was given. */
  readonly layout: string;
}

/** `ns`, `[ns]`, `[ns, zone]` or `[ns, zone, layout]` */
function momentOperand(value: RegoValue | undefined): Moment {
  const [nanoseconds, zone, layout] = value !== undefined && isArray(value) ? value : [value];
  return {
    nanoseconds: timestamp(numberOperand(nanoseconds, 1)),
    zone: zone === undefined ? utc : zoneOperand(stringOperand(zone, 1)),
    layout: layout === undefined ? '' : stringOperand(layout, 1),
  };
}

function timestamp(value: number | bigint): bigint {
  if (typeof value === 'number' && !Number.isInteger(value)) throw new BuiltinError('timestamp too big');
  const nanoseconds = integerOperand(value, 1);
  if (nanoseconds === BigInt.asIntN(64, nanoseconds)) return nanoseconds;
  throw new BuiltinError('timestamp too big');
}

function zoneOperand(name: string): TimeZone {
  const zone = findTimeZone(name);
  if (zone === undefined) throw new BuiltinError(`unknown time zone ${name}`);
  return zone;
}

/** Moments are nanoseconds in 64 bits: the years 1677 to 2262. */
function checked(nanoseconds: bigint): bigint {
  if (nanoseconds !== BigInt.asIntN(64, nanoseconds)) throw outsideOfRange();
  return nanoseconds;
}

function outsideOfRange(): BuiltinError {
  return new BuiltinError('time outside of valid range');
}

function parsing<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof TimeParseError || cause instanceof DurationError) {
      throw new BuiltinError(cause.message, { cause });
    }
    throw cause;
  }
}

/** Years, months, days, hours, minutes and seconds from one moment to a later one, on the clocks of a zone. */
function difference(from: bigint, to: bigint, zone: TimeZone): number[] {
  const a = civilTime(from, zone.offset(from));
  const b = civilTime(to, zone.offset(to));
  const clocks = (t: typeof a): number => t.hour * 3600 + t.minute * 60 + t.second;
  let seconds = clocks(b) - clocks(a);
  let days = b.day - a.day;
  let months = (b.year - a.year) * 12 + b.month - a.month;
  if (seconds < 0) {
    seconds += 86_400;
    days--;
  }
  if (days < 0) {
    days += daysInMonth(a.year, a.month);
    months--;
  }
  return [
    Math.floor(months / 12),
    months % 12,
    days,
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
}
