import type { Logger } from '../terminal/log.ts';
import type { StatusLine } from '../terminal/status-line.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { ParsedOptions } from './parsed-options.ts';

/** An option of a command, in the terms of clap's grammar, which users of the original are used to. */
export interface OptionModel {
  /** Without the dashes. */
  readonly long: string;
  readonly short?: string;
  /** Placeholder of the value; a switch has none. */
  readonly value?: string;
  /** A value is only taken when it is attached with `=`. */
  readonly valueIsOptional?: boolean;
  readonly choices?: readonly string[];
  /** Takes all following words that are no options, none as well. */
  readonly greedy?: { readonly accepts: (word: string) => Promise<boolean> };
  readonly repeatable?: boolean;
  readonly required?: boolean;
  /** Long names of options that must not be given with this one. */
  readonly conflictsWith?: readonly string[];
  readonly help: string;
}

export interface PositionalModel {
  readonly name: string;
  /** May be left out; only the last one. The others are required. */
  readonly optional?: boolean;
  /** Takes this word and all that follow; only the last positional of a command. */
  readonly repeatable?: boolean;
  readonly help: string;
}

/** A command: one description for the parser, the help, the completions and the reference. */
export interface CommandModel {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Shown by `--help` after the summary. */
  readonly description?: string;
  /** Shown at the end of `--help`. */
  readonly examples?: readonly string[];
  readonly options: readonly OptionModel[];
  readonly positionals: readonly PositionalModel[];
  readonly subcommands?: readonly CommandModel[];
  /** Imports what carries the command out; only when it was chosen, since imports are most of the start-up time. */
  readonly load?: () => Promise<CommandModule>;
}

/** What a command is given. */
export interface Invocation {
  /** The whole command tree, for commands that describe it. */
  readonly program: CommandModel;
  readonly options: ParsedOptions;
  readonly positionals: readonly string[];
  readonly terminal: Terminal;
  readonly log: Logger;
  readonly status: StatusLine;
}

interface CommandModule {
  /**
   * Carries the command out.
   *
   * @returns the exit code; 0 when there is none
   * @throws CliError for what the user should read
   */
  run(invocation: Invocation): Promise<number | void>;
}

/** `--request-path <PATH>`. */
export function optionUsage({ long, value, valueIsOptional, greedy }: OptionModel): string {
  if (value === undefined) return `--${long}`;
  if (greedy !== undefined) return `--${long} [<${value}>...]`;
  return valueIsOptional ? `--${long}[=<${value}>]` : `--${long} <${value}>`;
}

/** `<uri>`, or `<uri>...` for one that may be repeated. */
export function positionalUsage({ name, optional, repeatable }: PositionalModel): string {
  const usage = optional ? `[${name}]` : `<${name}>`;
  return repeatable ? `${usage}...` : usage;
}

/** Options of the program itself; they stand before the command. */
export const globalOptions: readonly OptionModel[] = [
  { long: 'verbose', short: 'v', help: 'Increase verbosity: debug messages on standard error' },
  { long: 'no-color', help: 'Disable colored output' },
];
