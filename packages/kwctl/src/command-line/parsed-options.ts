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
