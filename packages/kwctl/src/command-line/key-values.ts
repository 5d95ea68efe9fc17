import { CliError } from '../terminal/cli-error.ts';

/**
 * Reads annotations given as `KEY=VALUE`, split at the first `=`.
 *
 * @throws CliError for an item without a key, and for a key with two values: what somebody wants signed or required
 * must not be lost
 */
export function readKeyValues(items: readonly string[]): Readonly<Record<string, string>> {
  const values = new Map<string, string>();
  for (const item of items) {
    const equals = item.indexOf('=');
    if (equals < 1) throw new CliError(`'${item}' is no annotation: KEY=VALUE is expected`);
    const key = item.slice(0, equals);
    const value = item.slice(equals + 1);
    if ((values.get(key) ?? value) !== value) {
      throw new CliError(`the annotation ${key} is given twice, with different values`);
    }
    values.set(key, value);
  }
  return Object.fromEntries(values);
}
