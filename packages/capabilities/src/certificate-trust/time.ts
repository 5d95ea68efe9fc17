const pattern = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads a point in time (RFC 3339), to the second.
 *
 * @returns milliseconds since 1970; undefined if the text is something else
 */
export function parseTimestamp(text: string): number | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [offsetHours, offsetMinutes] = [Number(found[8] ?? 0), Number(found[9] ?? 0)];
  // A leap second counts as the second before it.
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59)));
  time.setUTCFullYear(year, month - 1, day);
  const exists = time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) {
    return undefined;
  }
  const offset = (offsetHours * 60 + offsetMinutes) * 60_000;
  return time.getTime() - (found[7] === '-' ? -offset : offset);
}
