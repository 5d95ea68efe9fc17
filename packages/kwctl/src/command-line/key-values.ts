import { CliError } from '../terminal/cli-error.ts';

/**
 * Reads annotations given as `KEY=VALUE`, split at the first `=`; of a key given twice the last value counts.
 *
 * @throws CliError for an item without a key: what somebody wants signed or required must not be lost
 */
export function readKeyValues(items: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    items.map((item) => {
      const equals = item.indexOf('=');
      if (equals < 1) throw new CliError(`'${item}' is no annotation: KEY=VALUE is expected`);
      return [item.slice(0, equals), item.slice(equals + 1)];
    }),
  );
}
