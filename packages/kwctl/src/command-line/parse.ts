import { helpText, usageLine } from './help.ts';
import { ParsedOptions } from './parsed-options.ts';
import { globalOptions, optionUsage, positionalUsage, type CommandModel, type OptionModel } from './model.ts';
import { findSimilar } from './similar.ts';
import { UsageError } from './usage-error.ts';

/** What a command line asks for. */
export type ParsedCommandLine =
  | { readonly kind: 'help'; readonly text: string; readonly exitCode: 0 | 2 }
  | { readonly kind: 'version'; readonly long: boolean }
  | {
      readonly kind: 'run';
      readonly command: CommandModel;
      readonly global: ParsedOptions;
      readonly options: ParsedOptions;
      readonly positionals: readonly string[];
    };

/**
 * Parses a command line with the grammar and the error texts of clap 4 (kwctl.md 2.1 and 2.2).
 *
 * @param words the arguments, without the program's name
 * @throws UsageError
 */
export async function parseCommandLine(
  root: CommandModel,
  words: readonly string[],
): Promise<ParsedCommandLine> {
  let command = root;
  let path = root.name;
  let rest = words;
  let global = new ParsedOptions(new Map());

  while (command.subcommands !== undefined) {
    const isRoot = command === root;
    const scan = new Scanner({ ...command, options: isRoot ? globalOptions : [] }, path, true);
    const index = scan.read(rest);
    if (scan.wantsHelp !== undefined) return help(command, path, scan.wantsHelp);
    if (isRoot && scan.wantsVersion !== undefined)
      return { kind: 'version', long: scan.wantsVersion === 'long' };
    if (isRoot) global = scan.options();
    const word = rest[index];
    if (word === undefined) return { kind: 'help', text: helpText(command, path, 'long'), exitCode: 2 };
    if (word === 'help') return helpFor(command, path, rest.slice(index + 1));
    command = findSubcommand(command, path, word);
    path = `${path} ${word}`;
    rest = rest.slice(index + 1);
  }

  const scan = new Scanner(command, path, false);
  scan.read(rest);
  if (scan.wantsHelp !== undefined) return help(command, path, scan.wantsHelp);
  const positionals = await scan.positionalsOfGreedy();
  scan.check(positionals);
  return { kind: 'run', command, global, options: scan.options(), positionals };
}

function help(command: CommandModel, path: string, form: 'short' | 'long'): ParsedCommandLine {
  return { kind: 'help', text: helpText(command, path, form), exitCode: 0 };
}

function helpFor(command: CommandModel, path: string, words: readonly string[]): ParsedCommandLine {
  const [word, ...rest] = words;
  if (word === undefined) return help(command, path, 'long');
  return helpFor(findSubcommand(command, path, word), `${path} ${word}`, rest);
}

function findSubcommand(command: CommandModel, path: string, word: string): CommandModel {
  const subcommands = command.subcommands ?? [];
  const found = subcommands.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const similar = findSimilar(
    word,
    subcommands.map(({ name }) => name),
  );
  const tip = similar === undefined ? '' : `\n\n  tip: a similar subcommand exists: '${similar}'`;
  throw new UsageError(`unrecognized subcommand '${word}'${tip}`, usageLine(command, path));
}

class Scanner {
  readonly #command: CommandModel;
  readonly #path: string;
  readonly #stopAtWord: boolean;
  readonly #values = new Map<string, string[]>();
  readonly #positionals: string[] = [];
  /** A word that may have been meant as the value of an option that takes one only with `=`. */
  #looseValue: number | undefined;
  wantsHelp: 'short' | 'long' | undefined;
  wantsVersion: 'short' | 'long' | undefined;

  /** @param stopAtWord ends at the first word that is no option: a subcommand */
  constructor(command: CommandModel, path: string, stopAtWord: boolean) {
    this.#command = command;
    this.#path = path;
    this.#stopAtWord = stopAtWord;
  }

  options(): ParsedOptions {
    return new ParsedOptions(this.#values);
  }

  /** @returns index of the word at which it stopped */
  read(words: readonly string[]): number {
    let index = 0;
    for (; index < words.length; index++) {
      const word = words[index]!;
      if (word === '--') {
        this.#positionals.push(...words.slice(index + 1));
        return words.length;
      }
      if (word === '-' || !word.startsWith('-')) {
        if (this.#stopAtWord) return index;
        this.#positionals.push(word);
        continue;
      }
      if (this.#isSpecial(word)) return words.length;
      index = word.startsWith('--') ? this.#readLong(words, index) : this.#readShort(words, index);
    }
    return index;
  }

  /**
   * The positionals. The greedy option swallows the positional that follows it: when one is missing and the last
   * word swallowed is nothing that the option accepts, it was meant as the positional.
   */
  async positionalsOfGreedy(): Promise<readonly string[]> {
    const wanted = this.#command.positionals.length;
    const positionals = [...this.#positionals];
    if (positionals.length === wanted + 1 && this.#looseValue !== undefined)
      positionals.splice(this.#looseValue, 1);
    if (positionals.length >= wanted) return positionals;
    for (const { long, greedy } of this.#command.options) {
      const last = this.#values.get(long)?.at(-1);
      if (greedy === undefined || last === undefined || (await greedy.accepts(last))) continue;
      this.#values.get(long)!.pop();
      positionals.push(last);
      break;
    }
    return positionals;
  }

  /** Checks what only the whole command line tells. */
  check(positionals: readonly string[]): void {
    const { options, positionals: wanted } = this.#command;
    const surplus = wanted.at(-1)?.repeatable ? undefined : positionals[wanted.length];
    if (surplus !== undefined) throw this.#error(`unexpected argument '${surplus}' found`);
    const missing = [
      ...options.filter(({ required, long }) => required && !this.#values.has(long)).map(optionUsage),
      ...wanted
        .slice(positionals.length)
        .filter(({ optional }) => !optional)
        .map(positionalUsage),
    ];
    if (missing.length > 0) {
      const list = missing.map((usage) => `\n  ${usage}`).join('');
      throw this.#error(`the following required arguments were not provided:${list}`);
    }
    for (const option of options) {
      if (!this.#values.has(option.long)) continue;
      const other = options.find(
        ({ long }) => option.conflictsWith?.includes(long) && this.#values.has(long),
      );
      if (other !== undefined) {
        throw this.#error(
          `the argument '${optionUsage(option)}' cannot be used with '${optionUsage(other)}'`,
        );
      }
    }
  }

  #isSpecial(word: string): boolean {
    if (word === '-h' || word === '--help') this.wantsHelp = word === '-h' ? 'short' : 'long';
    else if (this.#path.includes(' ')) return false;
    else if (word === '-V' || word === '--version') this.wantsVersion = word === '-V' ? 'short' : 'long';
    return this.wantsHelp !== undefined || this.wantsVersion !== undefined;
  }

  #readLong(words: readonly string[], index: number): number {
    const word = words[index]!;
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const option = this.#command.options.find(({ long }) => long === name);
    if (option === undefined) throw this.#unexpected(`--${name}`, name);
    return this.#take(option, equals < 0 ? undefined : word.slice(equals + 1), words, index);
  }

  /** `-fvalue`, `-f=value`, `-f value`, and switches in a row: `-ab`. */
  #readShort(words: readonly string[], index: number): number {
    const word = words[index]!;
    for (let at = 1; at < word.length; at++) {
      const option = this.#command.options.find(({ short }) => short === word[at]);
      if (option === undefined) throw this.#unexpected(`-${word[at]}`);
      const rest = word.slice(at + 1);
      if (option.value !== undefined && rest !== '') {
        return this.#take(option, rest.startsWith('=') ? rest.slice(1) : rest, words, index);
      }
      if (option.value !== undefined) return this.#take(option, undefined, words, index);
      this.#store(option, []);
    }
    return index;
  }

  #take(option: OptionModel, attached: string | undefined, words: readonly string[], index: number): number {
    if (option.value === undefined) {
      if (attached !== undefined) {
        throw this.#error(
          `unexpected value '${attached}' for '--${option.long}' found; no more were expected`,
        );
      }
      this.#store(option, []);
      return index;
    }
    if (option.valueIsOptional) {
      this.#store(option, attached === undefined ? [] : [attached]);
      if (attached === undefined) this.#looseValue = this.#positionals.length;
      return index;
    }
    if (attached !== undefined) {
      this.#store(option, [attached]);
      return index;
    }
    let end = index + 1;
    while (isValue(words[end]) && (option.greedy !== undefined || end === index + 1)) end++;
    const values = words.slice(index + 1, end);
    if (values.length === 0 && option.greedy === undefined) {
      throw this.#error(`a value is required for '${optionUsage(option)}' but none was supplied`);
    }
    this.#store(option, values);
    return end - 1;
  }

  #store(option: OptionModel, values: readonly string[]): void {
    const stored = this.#values.get(option.long);
    if (stored !== undefined && !option.repeatable) {
      throw this.#error(`the argument '${optionUsage(option)}' cannot be used multiple times`);
    }
    for (const value of values) {
      if (option.choices === undefined || option.choices.includes(value)) continue;
      const similar = findSimilar(value, option.choices);
      const tip = similar === undefined ? '' : `\n\n  tip: a similar value exists: '${similar}'`;
      throw this.#error(
        `invalid value '${value}' for '${optionUsage(option)}'\n  [possible values: ${option.choices.join(', ')}]${tip}`,
      );
    }
    this.#values.set(option.long, [...(stored ?? []), ...values]);
  }

  #unexpected(written: string, name?: string): UsageError {
    const similar =
      name === undefined
        ? undefined
        : findSimilar(
            name,
            this.#command.options.map(({ long }) => long),
          );
    const tip = similar === undefined ? '' : `\n\n  tip: a similar argument exists: '--${similar}'`;
    return this.#error(`unexpected argument '${written}' found${tip}`);
  }

  #error(message: string): UsageError {
    return new UsageError(message, usageLine(this.#command, this.#path));
  }
}

/** Not an option: a word, or `-` for standard input. */
function isValue(word: string | undefined): word is string {
  return word !== undefined && (word === '-' || !word.startsWith('-'));
}
