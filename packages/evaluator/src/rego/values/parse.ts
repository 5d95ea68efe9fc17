import { RegoObject, RegoSet, type RegoValue } from './value.ts';

/** A text that is no Rego value; guests do not produce such texts, so this is a fault of the module. */
export class RegoSyntaxError extends Error {
  override readonly name = 'RegoSyntaxError';
}

/** How deep collections may nest, as in the JSON codec of the host. */
export const maximumDepth = 128;

/**
 * Reads a value in the notation of `opa_value_dump`: JSON, plus sets (`{1,2}`, `set()`) and objects with any
 * keys. Without sets in the text this is a JSON parser, and builtins that decode JSON use it as one.
 *
 * @param options.json - refuse what is not JSON
 * @throws RegoSyntaxError
 */
export function parseValue(text: string, options: { readonly json?: boolean } = {}): RegoValue {
  const parser = new Parser(text, options.json ?? false);
  return parser.parse();
}

const jsonNumberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// Guests keep the text of literals in the policy's source, where `.5` is a number too.
const numberPattern = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
class Parser {
  readonly #text: string;
  readonly #json: boolean;
  #position = 0;
  #depth = 0;

  constructor(text: string, json: boolean) {
    this.#text = text;
    this.#json = json;
  }

  parse(): RegoValue {
    const value = this.#value();
    this.#skipSpace();
    if (this.#position < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(): RegoValue {
    this.#skipSpace();
    switch (this.#text.charCodeAt(this.#position)) {
      case 0x22: // "
        return this.#string();
      case 0x5b: // [
        return this.#nested(() => this.#array());
      case 0x7b: // {
        return this.#nested(() => this.#objectOrSet());
      case 0x74: // t
        return this.#word('true', true);
      case 0x66: // f
        return this.#word('false', false);
      case 0x6e: // n
        return this.#word('null', null);
      case 0x73: // s
        if (this.#json) throw this.#unexpected();
        return this.#word('set()', new RegoSet([]));
      default:
        return this.#number();
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > maximumDepth) throw new RegoSyntaxError('recursion limit exceeded');
    this.#position++;
    const value = read();
    this.#depth--;
    return value;
  }

  #array(): RegoValue[] {
    const items: RegoValue[] = [];
    if (this.#take(']')) return items;
    do items.push(this.#value());
    while (this.#take(','));
    this.#expect(']');
    return items;
  }

  #objectOrSet(): RegoObject | RegoSet {
    if (this.#take('}')) return new RegoObject([]);
    const first = this.#key();
    if (this.#take(':')) return this.#object(first);
    if (this.#json) throw this.#unexpected();
    const members = [first];
    while (this.#take(',')) members.push(this.#value());
    this.#expect('}');
    return new RegoSet(members);
  }

  #object(first: RegoValue): RegoObject {
    const entries: [RegoValue, RegoValue][] = [[first, this.#value()]];
    while (this.#take(',')) {
      const key = this.#key();
      this.#expect(':');
      entries.push([key, this.#value()]);
    }
    this.#expect('}');
    return new RegoObject(entries);
  }

  #key(): RegoValue {
    this.#skipSpace();
    if (this.#json && this.#text[this.#position] !== '"') throw this.#unexpected();
    return this.#value();
  }

  #string(): string {
    const start = this.#position;
    this.#position = this.#closingQuote(start) + 1;
    try {
      return JSON.parse(this.#text.slice(start, this.#position)) as string;
    } catch (cause) {
      throw new RegoSyntaxError(`invalid string at offset ${start}`, { cause });
    }
  }

  /** A quote ends the string unless an odd number of backslashes precedes it. */
  #closingQuote(start: number): number {
    for (let quote = start; ;) {
      quote = this.#text.indexOf('"', quote + 1);
      if (quote < 0) throw new RegoSyntaxError('unexpected end of value');
      let backslashes = 0;
      while (this.#text[quote - 1 - backslashes] === '\\') backslashes++;
      if (backslashes % 2 === 0) return quote;
    }
  }

  #number(): RegoValue {
    const pattern = this.#json ? jsonNumberPattern : numberPattern;
    pattern.lastIndex = this.#position;
    const text = pattern.exec(this.#text)?.[0];
    if (text === undefined) throw this.#unexpected();
    this.#position = pattern.lastIndex;
    if (/^-?\d+$/.test(text)) return BigInt(text);
    const number = Number(text);
    if (!Number.isFinite(number)) throw new RegoSyntaxError(`number out of range: ${text}`);
    return number;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#position)) throw this.#unexpected();
    this.#position += word.length;
    return value;
  }

  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#position] !== character) return false;
    this.#position++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw this.#unexpected();
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#position++;
    }
  }

  #unexpected(): RegoSyntaxError {
    const found = this.#text[this.#position];
    return new RegoSyntaxError(
      found === undefined
        ? 'unexpected end of value'
        : `unexpected character ${JSON.stringify(found)} at offset ${this.#position}`,
    );
  }
}
