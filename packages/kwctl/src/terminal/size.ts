const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes for people: decimal units, two digits after the point unless there is nothing after it. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(2)} ${units[unit]}`;
}
