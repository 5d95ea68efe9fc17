import { globalOptions, optionUsage, positionalUsage, type CommandModel, type OptionModel } from './model.ts';

/** The line that says how a command is used: `Usage: kwctl run [OPTIONS] --request-path <PATH> <uri>`. */
export function usageLine(command: CommandModel, path: string): string {
  const required = command.options.filter((option) => option.required).map(optionUsage);
  const words = [
    path,
    '[OPTIONS]',
    ...required,
    ...command.positionals.map(positionalUsage),
    ...(command.subcommands === undefined ? [] : ['<COMMAND>']),
  ];
  return `Usage: ${words.join(' ')}`;
}

/**
 * The help of a command.
 *
 * @param path program and commands, as typed
 * @param form `short` for `-h`: without description and examples
 */
export function helpText(command: CommandModel, path: string, form: 'short' | 'long'): string {
  const isRoot = !path.includes(' ');
  const options: OptionModel[] = [...(isRoot ? globalOptions : command.options)];
  options.push({ long: 'help', short: 'h', help: 'Print help (see more with --help)' });
  if (isRoot) options.push({ long: 'version', short: 'V', help: 'Print version' });
  const sections = [
    [command.summary, ...(form === 'long' && command.description ? ['', command.description] : [])].join(
      '\n',
    ),
    usageLine(command, path),
    section('Commands', commandRows(command)),
    section(
      'Arguments',
      command.positionals.map((positional) => [positionalUsage(positional), positional.help]),
    ),
    section('Options', options.map(optionRow)),
    form === 'long' ? exampleSection(command) : undefined,
  ];
  return `${sections.filter((text) => text !== undefined).join('\n\n')}\n`;
}

function commandRows({ subcommands }: CommandModel): [string, string][] {
  if (subcommands === undefined) return [];
  return [
    ...subcommands.map(({ name, summary }): [string, string] => [name, summary]),
    ['help', 'Print this message or the help of the given subcommand(s)'],
  ];
}

function optionRow(option: OptionModel): [string, string] {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const choices = option.choices === undefined ? '' : ` [possible values: ${option.choices.join(', ')}]`;
  return [short + optionUsage(option), option.help + choices];
}

function section(title: string, rows: readonly (readonly [string, string])[]): string | undefined {
  if (rows.length === 0) return undefined;
  const width = Math.min(44, Math.max(...rows.map(([left]) => left.length)));
  const lines = rows.map(([left, right]) =>
    left.length > width ? `  ${left}\n  ${' '.repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
  );
  return [`${title}:`, ...lines].join('\n');
}

function exampleSection({ examples }: CommandModel): string | undefined {
  return examples === undefined
    ? undefined
    : ['Examples:', ...examples.map((line) => `  ${line}`)].join('\n');
}
