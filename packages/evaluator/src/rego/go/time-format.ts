import { civilTime, weekday, yearDay, type CivilTime } from './civil-time.ts';
import {
  isOffset,
  monthNames,
  parseLayout,
  weekdayNames,
  type LayoutField,
  type LayoutToken,
  type OffsetField,
} from './time-layout.ts';
import type { TimeZone } from './time-zone.ts';

/**
 * Go's `Time.Format`.
 *
 * @param nanoseconds - since 1970
 */
export function formatTime(nanoseconds: bigint, zone: TimeZone, layout: string): string {
  const offset = zone.offset(nanoseconds);
  const time = civilTime(nanoseconds, offset);
  const text = (token: LayoutToken): string => {
    if (token.kind === 'literal') return token.text;
    if (token.kind === 'fraction') return formatFraction(time.nanosecond, token);
    if (isOffset(token.field)) return formatOffset(token.field, offset);
    return token.field === 'MST' ? zone.abbreviation(nanoseconds) : formatField(token.field, time);
  };
  return parseLayout(layout).map(text).join('');
}

function formatField(field: Exclude<LayoutField, OffsetField | 'MST'>, time: CivilTime): string {
  switch (field) {
    case 'January':
      return monthName(time);
    case 'Jan':
      return monthName(time).slice(0, 3);
    case 'Monday':
      return weekdayName(time);
    case 'Mon':
      return weekdayName(time).slice(0, 3);
    case '2006':
      return `${time.year < 0 ? '-' : ''}${padded(Math.abs(time.year), 4)}`;
    case '06':
      return padded(Math.abs(time.year) % 100, 2);
    case '1':
      return String(time.month);
    case '01':
      return padded(time.month, 2);
    case '2':
      return String(time.day);
    case '_2':
      return String(time.day).padStart(2);
    case '02':
      return padded(time.day, 2);
    case '__2':
      return String(yearDay(time)).padStart(3);
    case '002':
      return padded(yearDay(time), 3);
    case '15':
      return padded(time.hour, 2);
    case '3':
      return String(time.hour % 12 || 12);
    case '03':
      return padded(time.hour % 12 || 12, 2);
    case '4':
      return String(time.minute);
    case '04':
      return padded(time.minute, 2);
    case '5':
      return String(time.second);
    case '05':
      return padded(time.second, 2);
    case 'PM':
      return time.hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      break;
  }
  return time.hour >= 12 ? 'pm' : 'am';
}

function formatOffset(field: OffsetField, offset: number): string {
  if (field.startsWith('Z') && offset === 0) return 'Z';
  const minutes = Math.trunc(offset / 60);
  const absolute = Math.abs(minutes);
  const shape = field.slice(1);
  const colon = shape.includes(':') ? ':' : '';
  const parts = [padded(Math.floor(absolute / 60), 2)];
  if (shape !== '07') parts.push(padded(absolute % 60, 2));
  if (shape === '070000' || shape === '07:00:00') parts.push(padded(Math.abs(offset) % 60, 2));
  return `${minutes < 0 ? '-' : '+'}${parts.join(colon)}`;
}

function formatFraction(
  nanosecond: number,
  { digits, trim, separator }: LayoutToken & { kind: 'fraction' },
): string {
  const shown = padded(nanosecond, 9).slice(0, digits).padEnd(digits, '0');
  const kept = trim ? shown.replace(/0+$/, '') : shown;
  return kept === '' ? '' : separator + kept;
}

function monthName({ month }: CivilTime): string {
  return monthNames[month - 1] as string;
}

export function weekdayName(time: CivilTime): string {
  return weekdayNames[weekday(time)] as string;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
