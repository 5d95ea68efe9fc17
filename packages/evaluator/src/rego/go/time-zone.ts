import { floorSeconds, nanosecondsPerSecond } from './civil-time.ts';

/** A time zone: what its clocks show. */
export interface TimeZone {
  /** Seconds east of UTC at a moment, given in nanoseconds since 1970. */
  offset(moment: bigint): number;
  /** `UTC`, `CET`, `-03`. */
  abbreviation(moment: bigint): string;
}

export const utc: TimeZone = { offset: () => 0, abbreviation: () => 'UTC' };

/** Zones that were asked for; the database has about 600 names. */
const zones = new Map<string, TimeZone>();
const maximumZones = 700;

/**
 * A zone of the IANA database, by the name that Go's `time.LoadLocation` takes.
 *
 * @returns undefined for an unknown name
 */
export function findTimeZone(name: string): TimeZone | undefined {
  if (name === '' || name === 'UTC') return utc;
  const cached = zones.get(name);
  if (cached !== undefined) return cached;
  const zone =
    name === 'Local' ? createZone(undefined) : /^[A-Za-z]/.test(name) ? createZone(name) : undefined;
  if (zone !== undefined && zones.size < maximumZones) zones.set(name, zone);
  return zone;
}

/** Which abbreviations Intl knows depends on the language of the region. */
const locales = ['en-US', 'en-GB', 'en-AU', 'en-CA', 'en-IN', 'en-NZ', 'en-ZA'];

function createZone(name: string | undefined): TimeZone | undefined {
  let offsets: Intl.DateTimeFormat;
  try {
    offsets = zoneFormat('en-US', name, 'longOffset');
  } catch {
    return undefined;
  }
  const offset = (moment: bigint): number => parseOffset(zoneName(offsets, moment));
  const regions: Intl.DateTimeFormat[] = [];
  return {
    offset,
    abbreviation(moment) {
      for (const [index, locale] of locales.entries()) {
        const region = (regions[index] ??= zoneFormat(locale, name, 'short'));
        const short = zoneName(region, moment);
        if (/^[A-Z]{2,5}$/.test(short)) return short;
      }
      return numericAbbreviation(offset(moment));
    },
  };
}

function zoneFormat(
  locale: string,
  timeZone: string | undefined,
  timeZoneName: 'short' | 'longOffset',
): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, { timeZoneName, ...(timeZone !== undefined && { timeZone }) });
}

function zoneName(format: Intl.DateTimeFormat, moment: bigint): string {
  const parts = format.formatToParts(floorSeconds(moment) * 1000);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
}

/** `GMT`, `GMT+05:30`, `GMT-04:56:02` */
function parseOffset(text: string): number {
  const match = /^GMT(?:([+-−])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (match?.[1] === undefined) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return match[1] === '+' ? seconds : -seconds;
}

/** Zones without abbreviation are called by their offset in the database: `+03`, `+0545`. */
function numericAbbreviation(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  const rest = minutes % 60 === 0 ? '' : String(minutes % 60).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${hours}${rest}`;
}

/** The moment (seconds since 1970) at which clocks of a zone show a time, given as if it were UTC. */
export function localToUtc(localSeconds: number, zone: TimeZone): number {
  const guess = zone.offset(nanoseconds(localSeconds));
  return guess === 0 ? localSeconds : localSeconds - zone.offset(nanoseconds(localSeconds - guess));
}

function nanoseconds(seconds: number): bigint {
  return BigInt(seconds) * nanosecondsPerSecond;
}
