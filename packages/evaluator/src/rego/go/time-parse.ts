import { daysInMonth, nanosecondsPerSecond, secondsOf } from './civil-time.ts';
import {
  isOffset,
  monthNames,
  parseLayout,
  weekdayNames,
  type LayoutField,
  type LayoutToken,
  type OffsetField,
} from './time-layout.ts';

/** A text that does not fit its layout. */
export class TimeParseError extends Error {
  override readonly name = 'TimeParseError';
}

/**
 * Go's `time.Parse`, as far as the moment is concerned: without a zone in the text it is UTC, and so it is with
 * a zone that is only named, `GMT+3` included (Go keeps the name and does not shift the moment).
 *
 * @returns nanoseconds since 1970
 * @throws TimeParseError
 */
export function parseTime(layout: string, value: string): bigint {
  const reader = new Reader(value);
  const tokens = parseLayout(layout);
  tokens.forEach((token, index) => reader.read(token, tokens, index));
  return reader.finish();
}

class Reader {
  readonly #value: string;
  #rest: string;
  #year = 0;
  #month: number | undefined;
  #day: number | undefined;
  #yearDay: number | undefined;
  #hour = 0;
  #minute = 0;
  #second = 0;
  #nanosecond = 0;
  #half: 'am' | 'pm' | undefined;
  #offset = 0;

  constructor(value: string) {
    this.#value = value;
    this.#rest = value;
  }

  read(token: LayoutToken, tokens: readonly LayoutToken[], index: number): void {
    if (token.kind === 'literal') this.#literal(token.text);
    else if (token.kind === 'fraction') this.#fraction(token);
    else {
      if (isOffset(token.field)) this.#zoneOffset(token.field);
      else this.#field(token.field);
      if (token.field === '5' || token.field === '05') this.#unannouncedFraction(tokens, index);
    }
  }

  finish(): bigint {
    if (this.#rest !== '') throw this.#mistake(`extra text: ${JSON.stringify(this.#rest)}`);
    if (this.#half === 'pm' && this.#hour < 12) this.#hour += 12;
    else if (this.#half === 'am' && this.#hour === 12) this.#hour = 0;
    this.#resolveYearDay();
    const month = this.#month ?? 1;
    const day = this.#day ?? 1;
    if (day < 1 || day > daysInMonth(this.#year, month)) throw this.#mistake('day out of range');
    const seconds = secondsOf({
      year: this.#year,
      month,
      day,
      hour: this.#hour,
      minute: this.#minute,
      second: this.#second,
    });
    return BigInt(seconds - this.#offset) * nanosecondsPerSecond + BigInt(this.#nanosecond);
  }

  #literal(text: string): void {
    // A run of blanks in the layout stands for any run of blanks.
    for (const part of text.match(/ +|[^ ]+/g) ?? []) {
      if (part.startsWith(' ')) {
        if (this.#rest !== '' && !this.#rest.startsWith(' ')) throw this.#mistake();
        this.#rest = this.#rest.replace(/^ +/, '');
      } else if (this.#rest.startsWith(part)) this.#rest = this.#rest.slice(part.length);
      else throw this.#mistake();
    }
  }

  #field(field: Exclude<LayoutField, OffsetField>): void {
    switch (field) {
      case '2006':
        this.#year = Number(this.#take(/^\d{4}/));
        return;
      case '06': {
        const year = Number(this.#take(/^\d\d/));
        this.#year = year >= 69 ? 1900 + year : 2000 + year;
        return;
      }
      case 'January':
        this.#month = this.#named(monthNames) + 1;
        return;
      case 'Jan':
        this.#month = this.#named(monthNames, 3) + 1;
        return;
      case 'Monday':
        this.#named(weekdayNames);
        return;
      case 'Mon':
        this.#named(weekdayNames, 3);
        return;
      case '1':
      case '01':
        this.#month = this.#number(field === '01', 1, 12, 'month');
        return;
      case '2':
      case '_2':
      case '02':
        if (field === '_2') this.#take(/^ ?/);
        this.#day = this.#number(field === '02', 0, 99, 'day');
        return;
      case '__2':
        this.#take(/^ {0,2}/);
        this.#yearDay = Number(this.#take(/^\d{1,3}/));
        return;
      case '002':
        this.#yearDay = Number(this.#take(/^\d{3}/));
        return;
      case '15':
        this.#hour = this.#number(false, 0, 23, 'hour');
        return;
      case '3':
      case '03':
        this.#hour = this.#number(field === '03', 0, 12, 'hour');
        return;
      case '4':
      case '04':
        this.#minute = this.#number(field === '04', 0, 59, 'minute');
        return;
      case '5':
      case '05':
        this.#second = this.#number(field === '05', 0, 59, 'second');
        return;
      case 'PM':
        this.#half = this.#take(/^[AP]M/) === 'PM' ? 'pm' : 'am';
        return;
      case 'pm':
        this.#half = this.#take(/^[ap]m/) === 'pm' ? 'pm' : 'am';
        return;
      case 'MST':
        this.#zoneName();
    }
  }

  #number(fixed: boolean, low: number, high: number, what: string): number {
    const number = Number(this.#take(fixed ? /^\d\d/ : /^\d{1,2}/));
    if (number < low || number > high) throw this.#mistake(`${what} out of range`);
    return number;
  }

  /** Index of the name that comes next, in any case of letters. */
  #named(names: readonly string[], length?: number): number {
    const next = this.#rest.toLowerCase();
    const index = names.findIndex((name) => next.startsWith(name.slice(0, length).toLowerCase()));
    const name = names[index];
    if (name === undefined) throw this.#mistake();
    this.#rest = this.#rest.slice(length ?? name.length);
    return index;
  }

  #fraction({ digits, trim }: LayoutToken & { kind: 'fraction' }): void {
    if (!trim) this.#setNanosecond(this.#take(new RegExp(`^[.,]\\d{${digits}}`)));
    else if (/^[.,]\d/.test(this.#rest)) this.#setNanosecond(this.#take(/^[.,]\d+/));
  }

  /** Seconds may have a fraction although the layout has none. */
  #unannouncedFraction(tokens: readonly LayoutToken[], index: number): void {
    if (!/^[.,]\d/.test(this.#rest)) return;
    const next = tokens.slice(index + 1).find((token) => token.kind !== 'literal');
    if (next?.kind !== 'fraction') this.#setNanosecond(this.#take(/^[.,]\d+/));
  }

  #setNanosecond(text: string): void {
    this.#nanosecond = Number(text.slice(1, 10).padEnd(9, '0'));
  }

  #zoneOffset(field: OffsetField): void {
    if (field.startsWith('Z') && this.#rest.startsWith('Z')) {
      this.#take(/^Z/);
      return;
    }
    const pattern = field.slice(1).replaceAll(/\d\d/g, '(\\d\\d)');
    const match = new RegExp(`^([+-])${pattern}`).exec(this.#rest);
    if (match === null) throw this.#mistake();
    this.#rest = this.#rest.slice(match[0].length);
    const [hours, minutes, seconds] = [Number(match[2]), Number(match[3] ?? 0), Number(match[4] ?? 0)];
    if (hours > 24) throw this.#mistake('time zone offset hour out of range');
    if (minutes > 60) throw this.#mistake('time zone offset minute out of range');
    if (seconds > 60) throw this.#mistake('time zone offset second out of range');
    const offset = hours * 3600 + minutes * 60 + seconds;
    this.#offset = match[1] === '-' ? -offset : offset;
  }

  #zoneName(): void {
    const name =
      /^(?:UTC|ChST|MeST|GMT(?:[+-](?:1?\d|2[0-3])(?!\d))?|[+-](?:[01]?\d|2[0-3])(?!\d))/.exec(
        this.#rest,
      )?.[0] ?? /^(?:[A-Z]{4}T|[A-Z]{3}T|WITA|[A-Z]{3})(?![A-Z])/.exec(this.#rest)?.[0];
    if (name === undefined) throw this.#mistake();
    this.#rest = this.#rest.slice(name.length);
  }

  #resolveYearDay(): void {
    if (this.#yearDay === undefined) return;
    const isLeap = daysInMonth(this.#year, 2) === 29;
    if (this.#yearDay < 1 || this.#yearDay > (isLeap ? 366 : 365)) {
      throw this.#mistake('day-of-year out of range');
    }
    const date = new Date(0);
    date.setUTCFullYear(this.#year, 0, this.#yearDay);
    const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()];
    if (this.#month !== undefined && this.#month !== month) {
      throw this.#mistake('day-of-year does not match month');
    }
    if (this.#day !== undefined && this.#day !== day) throw this.#mistake('day-of-year does not match day');
    this.#month = month;
    this.#day = day;
  }

  #take(pattern: RegExp): string {
    const match = pattern.exec(this.#rest);
    if (match === null) throw this.#mistake();
    this.#rest = this.#rest.slice(match[0].length);
    return match[0];
  }

  #mistake(reason?: string): TimeParseError {
    const detail = reason === undefined ? `cannot parse ${JSON.stringify(this.#rest)}` : reason;
    return new TimeParseError(`parsing time ${JSON.stringify(this.#value)}: ${detail}`);
  }
}
