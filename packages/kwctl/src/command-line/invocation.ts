import type { Logger } from '../terminal/log.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The options that were given, by long name. */
export class ParsedOptions {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  has(long: string): boolean {
    return this.#values.has(long);
  }

  value(long: string): string | undefined {
    return this.#values.get(long)?.[0];
  }

  /** Undefined when the option was not given; a greedy option may have been given without values. */
  values(long: string): readonly string[] | undefined {
    return this.#values.get(long);
  }

  /** The value of an option that the model requires. */
  required(long: string): string {
    const value = this.value(long);
    if (value === undefined) throw new TypeError(`--${long} is not a required option of this command`);
    return value;
  }
}

/** What a command is given. */
export interface Invocation {
  readonly options: ParsedOptions;
  readonly positionals: readonly string[];
  readonly terminal: Terminal;
  readonly log: Logger;
}

export interface CommandModule {
  /**
   * Carries the command out.
   *
   * @returns the exit code; 0 when there is none
   * @throws CliError for what the user should read
   */
  run(invocation: Invocation): Promise<number | void>;
}
