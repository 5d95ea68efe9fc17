import { UsageError } from './errors.ts';
import { type OptionDefinition, optionList, type OptionName, type OptionValues } from './options.ts';

/** What the command line says: text for options with a value, `true` or text for switches. */
export type GivenFlags = Partial<Record<OptionName, string | boolean>>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Completes the flags with the environment and the defaults.
 *
 * An empty variable counts as unset, so that templates may leave it blank.
 *
 * @throws UsageError naming the flag or variable
 */
export function resolveOptions(flags: GivenFlags, environment: Environment): OptionValues {
  return Object.fromEntries(
    optionList.map(([name, definition]) => [name, resolve(definition, flags[name], environment)]),
  ) as OptionValues;
}

function resolve(
  definition: OptionDefinition,
  flag: string | boolean | undefined,
  environment: Environment,
): string | boolean | undefined {
  const variable = environment[definition.environment];
  if (definition.value === undefined) {
    if (flag !== undefined)
      return typeof flag === 'boolean' ? flag : readBoolean(flag, `--${definition.flag}`);
    if (variable === undefined || variable === '') return false;
    // https://no-color.org: any non-empty value disables colours.
    if (definition.environment === 'NO_COLOR') return variable.toLowerCase() !== 'false';
    return readBoolean(variable, definition.environment);
  }
  const given = typeof flag === 'string' ? flag : variable || undefined;
  if (given === undefined) return definition.default;
  if (definition.choices !== undefined && !definition.choices.includes(given)) {
    const source = flag === undefined ? definition.environment : `--${definition.flag}`;
    throw new UsageError(
      `invalid value '${given}' for '${source}': possible values are ${definition.choices.join(', ')}`,
    );
  }
  return given;
}

const yes = new Set(['true', '1', 'yes', 'on', 'y', 't']);
const no = new Set(['false', '0', 'no', 'off', 'n', 'f']);

/** The original takes `true` and `false` only; deployments write more than that. */
function readBoolean(text: string, source: string): boolean {
  const value = text.trim().toLowerCase();
  if (yes.has(value)) return true;
  if (no.has(value)) return false;
  throw new UsageError(`invalid value '${text}' for '${source}': expected true or false`);
}
