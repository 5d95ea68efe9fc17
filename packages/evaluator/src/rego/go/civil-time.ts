/** A moment as clocks and calendars show it (proleptic Gregorian calendar). */
export interface CivilTime {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  /** 1 to 31 */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

export const nanosecondsPerSecond = 1_000_000_000n;

/** Nanoseconds since 1970 → calendar and clock at an offset (seconds east of UTC). */
export function civilTime(nanoseconds: bigint, offset: number): CivilTime {
  const seconds = floorSeconds(nanoseconds);
  const date = new Date((seconds + offset) * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanosecond: Number(nanoseconds - BigInt(seconds) * nanosecondsPerSecond),
  };
}

/** Seconds since 1970 of a calendar day and a time in UTC. Values out of range overflow into the next unit. */
export function secondsOf(time: Omit<CivilTime, 'nanosecond'>): number {
  const date = new Date(0);
  date.setUTCFullYear(time.year, time.month - 1, time.day);
  date.setUTCHours(time.hour, time.minute, time.second);
  return date.getTime() / 1000;
}

/** Whole seconds since 1970, rounded down. */
export function floorSeconds(nanoseconds: bigint): number {
  const rest = nanoseconds % nanosecondsPerSecond;
  return Number((nanoseconds - rest) / nanosecondsPerSecond) - (rest < 0n ? 1 : 0);
}

/** 0 is Sunday. */
export function weekday({ year, month, day }: CivilTime): number {
  return new Date(secondsOf({ year, month, day, hour: 0, minute: 0, second: 0 }) * 1000).getUTCDay();
}

/** Day of the year, from 1. */
export function yearDay({ year, month, day }: CivilTime): number {
  const midnight = { hour: 0, minute: 0, second: 0 };
  const start = secondsOf({ year, month: 1, day: 1, ...midnight });
  return (secondsOf({ year, month, day, ...midnight }) - start) / 86_400 + 1;
}

export function daysInMonth(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}
