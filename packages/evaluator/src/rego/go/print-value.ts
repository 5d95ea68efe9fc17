import { pad, type Directive } from './directive.ts';
import { formatFloat, type FloatVerb } from './float.ts';
import { quote, quoteToAscii } from './quote.ts';

/** What `sprintf` gets from Rego: everything that is neither number nor string was turned into text before. */
export type FormatArgument = string | bigint | number;

/** The argument's type as Go names it. */
export function goType(value: FormatArgument): string {
  if (typeof value === 'bigint') return isInt64(value) ? 'int64' : '*big.Int';
  return typeof value === 'number' ? 'float64' : 'string';
}

/** Formats one argument; a verb that does not suit it gives Go's `%!verb(type=value)`. */
export function printValue(value: FormatArgument, directive: Directive): string {
  if (directive.verb === 'T') return printString(goType(value), { ...directive, verb: 's' });
  if (typeof value === 'string') return printString(value, directive);
  if (typeof value === 'number') return printFloat(value, directive);
  return isInt64(value) ? printInteger(value, directive) : printBigInteger(value, directive);
}

function badVerb(value: FormatArgument, directive: Directive): string {
  return `%!${directive.verb}(${goType(value)}=${printValue(value, { ...directive, verb: 'v' })})`;
}

function printString(text: string, directive: Directive): string {
  switch (directive.verb) {
    case 'v':
      return directive.sharp
        ? printQuoted(text, { ...directive, sharp: false, plus: false })
        : pad(truncate(text, directive), directive);
    case 's':
      return pad(truncate(text, directive), directive);
    case 'q':
      return printQuoted(text, directive);
    case 'x':
    case 'X':
      return printBytes(text, directive);
    default:
      return badVerb(text, directive);
  }
}

function printQuoted(text: string, directive: Directive): string {
  const shown = truncate(text, directive);
  // eslint-disable-next-line no-control-regex -- Go refuses backquotes around these characters
  const canBackquote = !/[\u0000-\u0008\u000a-\u001f`\u007f\ufeff\ufffd]/.test(shown);
  if (directive.sharp && canBackquote) return pad(`\`${shown}\``, directive);
  return pad(directive.plus ? quoteToAscii(shown) : quote(shown), directive);
}

function truncate(text: string, { precision }: Directive): string {
  return precision === undefined ? text : Array.from(text).slice(0, precision).join('');
}

/** The UTF-8 bytes in hexadecimal. */
function printBytes(text: string, directive: Directive): string {
  const { verb, sharp, space, precision } = directive;
  const bytes = new TextEncoder().encode(text).subarray(0, precision);
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  const prefix = sharp && pairs.length > 0 ? '0x' : '';
  const digits = space ? pairs.map((pair) => prefix + pair).join(' ') : prefix + pairs.join('');
  return pad(verb === 'X' ? digits.toUpperCase() : digits, directive);
}

function printInteger(value: bigint, directive: Directive): string {
  switch (directive.verb) {
    case 'v':
    case 'd':
      return integerDigits(value, 10, directive);
    case 'b':
      return integerDigits(value, 2, directive);
    case 'o':
    case 'O':
      return integerDigits(value, 8, directive);
    case 'x':
    case 'X':
      return integerDigits(value, 16, directive);
    case 'c':
      return pad(character(value), directive);
    case 'q':
      return pad(quotedCharacter(value, directive.plus), directive);
    case 'U':
      return pad(unicodeName(value, directive), directive, false);
    default:
      return badVerb(value, directive);
  }
}

function integerDigits(value: bigint, base: 2 | 8 | 10 | 16, directive: Directive): string {
  const { verb, sharp, zero, plus, minus, space, width, precision } = directive;
  if (precision === 0 && value === 0n) return pad('', directive, false);
  const sign = value < 0n ? '-' : plus ? '+' : space ? ' ' : '';
  const fill = precision ?? (zero && !minus && width !== undefined ? width - sign.length : 0);
  let digits = magnitude(value, base, verb).padStart(fill, '0');
  if (sharp && base === 2) digits = `0b${digits}`;
  if (sharp && base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
  if (sharp && base === 16) digits = (verb === 'X' ? '0X' : '0x') + digits;
  if (verb === 'O') digits = `0o${digits}`;
  return pad(sign + digits, directive, false);
}

/** Integers beyond 64 bits know fewer verbs, and count prefix and sign when they fill with zeros. */
function printBigInteger(value: bigint, directive: Directive): string {
  const { verb, sharp, zero, plus, minus, space, width, precision } = directive;
  const bases: Readonly<Record<string, number>> = { b: 2, o: 8, O: 8, d: 10, s: 10, v: 10, x: 16, X: 16 };
  const base = bases[verb];
  if (base === undefined) return `%!${verb}(big.Int=${value})`;
  const sign = value < 0n ? '-' : plus ? '+' : space ? ' ' : '';
  const prefixes: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' };
  const prefix = verb === 'O' ? '0o' : sharp ? (prefixes[verb] ?? '') : '';
  const fill = precision ?? (zero && !minus ? (width ?? 0) - sign.length - prefix.length : 0);
  return pad(sign + prefix + magnitude(value, base, verb).padStart(fill, '0'), directive, false);
}

function magnitude(value: bigint, base: number, verb: string): string {
  const digits = (value < 0n ? -value : value).toString(base);
  return verb === 'X' ? digits.toUpperCase() : digits;
}

function character(value: bigint): string {
  const isScalar = value >= 0n && value <= 0x10ffffn && (value < 0xd800n || value > 0xdfffn);
  return isScalar ? String.fromCodePoint(Number(value)) : '\ufffd';
}

function quotedCharacter(value: bigint, ascii: boolean): string {
  const text = character(value);
  if (text === "'") return "'\\''";
  if (text === '"') return `'"'`;
  return `'${(ascii ? quoteToAscii(text) : quote(text)).slice(1, -1)}'`;
}

function unicodeName(value: bigint, { precision, sharp }: Directive): string {
  const digits = BigInt.asUintN(64, value).toString(16).toUpperCase();
  const shown =
    sharp && /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character(value)) ? ` '${character(value)}'` : '';
  return `U+${digits.padStart(Math.max(precision ?? 4, 4), '0')}${shown}`;
}

function printFloat(value: number, directive: Directive): string {
  const { verb, plus, space, precision } = directive;
  const forms: Readonly<Record<string, readonly [FloatVerb, number | undefined]>> = {
    v: ['g', undefined],
    b: ['b', undefined],
    g: ['g', undefined],
    G: ['G', undefined],
    x: ['x', undefined],
    X: ['X', undefined],
    f: ['f', 6],
    F: ['f', 6],
    e: ['e', 6],
    E: ['E', 6],
  };
  const form = forms[verb];
  if (form === undefined) return badVerb(value, directive);
  const used = precision ?? form[1];
  const plain = formatFloat(value, form[0], used);
  const digits = directive.sharp && verb !== 'b' && verb !== 'v' ? withPoint(plain, form[0], used) : plain;
  const sign = value < 0 || Object.is(value, -0) ? '-' : plus ? '+' : space ? ' ' : '';
  if (sign !== '' && directive.zero && !directive.minus && directive.width !== undefined) {
    return sign + pad(digits, { ...directive, width: directive.width - 1 });
  }
  return pad(sign + digits, directive);
}

/** The flag `#`: always a decimal point, and for `%g` the trailing zeros as well. */
function withPoint(text: string, verb: FloatVerb, precision: number | undefined): string {
  const isHexadecimal = verb === 'x' || verb === 'X';
  const [, number = '', tail = ''] =
    (isHexadecimal ? /^(.*?)([pP].*)?$/ : /^(.*?)([eE].*)?$/).exec(text) ?? [];
  let missing = 0;
  if (verb === 'g' || verb === 'G' || verb === 'x') {
    // The x and the 0 before it count as digits in Go as well.
    const significant = number.replace('.', '').replace(/^0+/, '');
    missing = (precision ?? 6) - significant.length;
    if (number === '0') missing--;
  }
  return `${number}${number.includes('.') ? '' : '.'}${'0'.repeat(Math.max(missing, 0))}${tail}`;
}

function isInt64(value: bigint): boolean {
  return value === BigInt.asIntN(64, value);
}
