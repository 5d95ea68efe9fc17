import type { Directive } from './directive.ts';
import { goType, printValue, type FormatArgument } from './print-value.ts';

/** Widths, precisions and argument numbers beyond this are not numbers to Go. */
const largestNumber = 1_000_000;

const noFlags = {
  sharp: false,
  zero: false,
  plus: false,
  minus: false,
  space: false,
  width: undefined,
  precision: undefined,
} as const;

/**
 * Go's `fmt.Sprintf` for the arguments that OPA passes to it, with its texts for mistakes: `%!d(string=x)`,
 * `%!v(MISSING)`, `%!(EXTRA …)`, `%!(BADWIDTH)`, `%!(BADPREC)`, `%!(BADINDEX)`, `%!(NOVERB)`.
 *
 * @param checkLength - called with the length of the text so far; throws when it is too much
 */
export function sprintf(
  format: string,
  args: readonly FormatArgument[],
  checkLength: (length: number) => void,
): string {
  const printer = new Printer(format, args);
  let text = '';
  for (;;) {
    const piece = printer.next();
    if (piece === undefined) return text + printer.extraArguments();
    text += piece;
    checkLength(text.length);
  }
}

class Printer {
  readonly #format: string;
  readonly #args: readonly FormatArgument[];
  #position = 0;
  #argument = 0;
  #reordered = false;
  #indexIsGood = true;
  /** The last thing read was an index such as `[3]`. */
  #afterIndex = false;

  constructor(format: string, args: readonly FormatArgument[]) {
    this.#format = format;
    this.#args = args;
  }

  /** The text up to the next directive, or the text of a directive; undefined at the end. */
  next(): string | undefined {
    if (this.#position >= this.#format.length) return undefined;
    if (this.#peek() === '%') return this.#directive();
    const start = this.#position;
    const found = this.#format.indexOf('%', start);
    this.#position = found < 0 ? this.#format.length : found;
    return this.#format.slice(start, this.#position);
  }

  /** What Go appends when arguments are left over. */
  extraArguments(): string {
    if (this.#reordered || this.#argument >= this.#args.length) return '';
    const listed = this.#args
      .slice(this.#argument)
      .map((value) => `${goType(value)}=${printValue(value, { ...noFlags, verb: 'v' })}`);
    return `%!(EXTRA ${listed.join(', ')})`;
  }

  #directive(): string {
    this.#position++;
    this.#indexIsGood = true;
    this.#afterIndex = false;
    const flags = this.#flags();
    const simple = this.#peek();
    // Go takes a lower-case verb right behind the flags without looking for an index, width or precision.
    if (simple !== undefined && /[a-z]/.test(simple) && this.#argument < this.#args.length) {
      this.#position++;
      return printValue(this.#args[this.#argument++] as FormatArgument, {
        ...noFlags,
        ...flags,
        verb: simple,
      });
    }

    let mistakes = '';
    this.#index();
    let { minus, zero } = flags;
    let width: number | undefined;
    if (this.#peek() === '*') {
      width = this.#numberArgument();
      if (width === undefined) mistakes += '%!(BADWIDTH)';
      else if (width < 0) {
        width = -width;
        minus = true;
        zero = false;
      }
    } else {
      width = this.#number();
      if (this.#afterIndex && width !== undefined) this.#indexIsGood = false;
    }

    let precision: number | undefined;
    if (this.#peek() === '.' && this.#position + 1 < this.#format.length) {
      this.#position++;
      if (this.#afterIndex) this.#indexIsGood = false;
      this.#index();
      if (this.#peek() === '*') {
        precision = this.#numberArgument();
        if (precision !== undefined && precision < 0) precision = undefined;
        if (precision === undefined) mistakes += '%!(BADPREC)';
      } else precision = this.#number() ?? 0;
    }
    if (!this.#afterIndex) this.#index();

    const code = this.#format.codePointAt(this.#position);
    if (code === undefined) return `${mistakes}%!(NOVERB)`;
    const verb = String.fromCodePoint(code);
    this.#position += verb.length;
    if (verb === '%') return `${mistakes}%`;
    if (!this.#indexIsGood) return `${mistakes}%!${verb}(BADINDEX)`;
    const value = this.#args[this.#argument];
    if (value === undefined) return `${mistakes}%!${verb}(MISSING)`;
    this.#argument++;
    const directive: Directive = { ...flags, minus, zero, width, precision, verb };
    return mistakes + printValue(value, directive);
  }

  #flags(): Pick<Directive, 'sharp' | 'zero' | 'plus' | 'minus' | 'space'> {
    const start = this.#position;
    while ('#0+- '.includes(this.#peek() ?? '%')) this.#position++;
    const flags = this.#format.slice(start, this.#position);
    return {
      sharp: flags.includes('#'),
      zero: flags.includes('0'),
      plus: flags.includes('+'),
      minus: flags.includes('-'),
      space: flags.includes(' '),
    };
  }

  /** An explicit argument index, `[n]`, from 1. */
  #index(): void {
    this.#afterIndex = false;
    if (this.#peek() !== '[') return;
    this.#reordered = true;
    const close = this.#format.indexOf(']', this.#position);
    if (close < 0) {
      this.#position++;
      this.#indexIsGood = false;
      return;
    }
    const text = this.#format.slice(this.#position + 1, close);
    this.#position = close + 1;
    const index = /^\d+$/.test(text) ? Number(text) : 0;
    this.#afterIndex = index > 0 || text === '0';
    if (index < 1 || index > this.#args.length) this.#indexIsGood = false;
    else this.#argument = index - 1;
  }

  #number(): number | undefined {
    let number: number | undefined;
    for (let digit = this.#peek(); digit !== undefined && /\d/.test(digit); digit = this.#peek()) {
      if (number !== undefined && number > largestNumber) {
        // Go gives up on the rest of the format then.
        this.#position = this.#format.length;
        return undefined;
      }
      number = (number ?? 0) * 10 + Number(digit);
      this.#position++;
    }
    return number;
  }

  /** `*`: the number is the next argument. */
  #numberArgument(): number | undefined {
    this.#position++;
    this.#afterIndex = false;
    const value = this.#args[this.#argument];
    if (value === undefined) return undefined;
    this.#argument++;
    if (typeof value !== 'bigint') return undefined;
    const number = Number(value);
    return Math.abs(number) <= largestNumber ? number : undefined;
  }

  #peek(): string | undefined {
    return this.#format[this.#position];
  }
}
