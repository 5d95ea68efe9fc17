import { syntaxError, type Position } from './error.ts';

export type Token =
  | { readonly kind: 'symbol' | 'name'; readonly text: string; readonly position: Position }
  | { readonly kind: 'integer'; readonly value: bigint; readonly text: string; readonly position: Position }
  | { readonly kind: 'string'; readonly value: string; readonly text: string; readonly position: Position }
  | { readonly kind: 'end'; readonly text: ''; readonly position: Position };

const largestInteger = 2n ** 63n - 1n;

// Longest first: a symbol never hides one that it is a prefix of.
const symbols = '&& || == != <= >= => << >> ** ( ) { } , < > ! + - * / % & | ^'.split(' ');

const blank = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
// Takes in what would be a float or a literal with a suffix, so that the message shows all of it.
const number = /[0-9][0-9A-Za-z_]*(?:\.[0-9][0-9A-Za-z_]*)?/y;
const integer = /^(?:0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+|[0-9_]+)$/i;

/**
 * Splits an expression into tokens. Strings may stand in `"…"` with escapes, in `'…'` likewise (one character
 * in Rhai, any string in CEL), or in backticks without escapes. Comments are skipped.
 *
 * @throws GroupExpressionError
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const positionOf = createPositions(text);
  let offset = 0;
  while (true) {
    offset += match(blank, text, offset).length;
    const position = positionOf(offset);
    if (offset >= text.length) {
      tokens.push({ kind: 'end', text: '', position });
      return tokens;
    }
    const token = readToken(text, offset, position);
    tokens.push(token);
    offset += token.text.length;
  }
}

function readToken(text: string, offset: number, position: Position): Token {
  const identifier = match(name, text, offset);
  if (identifier !== '') return { kind: 'name', text: identifier, position };
  const digits = match(number, text, offset);
  if (digits !== '')
    return { kind: 'integer', value: parseInteger(digits, position), text: digits, position };
  const first = text[offset]!;
  if (first === '"' || first === "'" || first === '`') return readString(text, offset, position);
  const symbol = symbols.find((candidate) => text.startsWith(candidate, offset));
  if (symbol === undefined) {
    throw syntaxError(`Unexpected '${String.fromCodePoint(text.codePointAt(offset)!)}'`, position);
  }
  return { kind: 'symbol', text: symbol, position };
}

/** Floating-point numbers are not supported: no group needs them, and Rhai compares them with a tolerance. */
function parseInteger(digits: string, position: Position): bigint {
  const plain = digits.replaceAll('_', '');
  if (!integer.test(digits) || /^0[xob]$/i.test(plain))
    throw syntaxError(`Invalid number: '${digits}'`, position);
  const value = BigInt(plain);
  if (value > largestInteger) throw syntaxError(`Invalid number: '${digits}'`, position);
  return value;
}

function readString(text: string, start: number, position: Position): Token {
  const quote = text[start]!;
  let value = '';
  let offset = start + 1;
  while (offset < text.length) {
    const character = text[offset]!;
    if (character === quote) {
      if (text[offset + 1] !== quote) {
        return { kind: 'string', value, text: text.slice(start, offset + 1), position };
      }
      // A doubled quote stands for itself.
      value += quote;
      offset += 2;
    } else if (quote === '`') {
      if (text.startsWith('${', offset)) throw syntaxError("Unexpected '${'", position);
      value += character;
      offset += 1;
    } else if (character === '\n') {
      break;
    } else if (character === '\\') {
      const escape = readEscape(text, offset, position);
      value += escape.value;
      offset += escape.length;
    } else {
      value += character;
      offset += 1;
    }
  }
  throw syntaxError('Open string is not terminated', position);
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const hexEscape = /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/y;

function readEscape(text: string, offset: number, position: Position): { value: string; length: number } {
  const simple = simpleEscapes.get(text[offset + 1] ?? '');
  if (simple !== undefined) return { value: simple, length: 2 };
  hexEscape.lastIndex = offset;
  const found = hexEscape.exec(text);
  const code = found === null ? Number.NaN : Number.parseInt(found[1] ?? found[2] ?? found[3]!, 16);
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  if (found === null || code > 0x10ffff || surrogate) {
    throw syntaxError(`Invalid escape sequence: '${text.slice(offset, offset + 2)}'`, position);
  }
  return { value: String.fromCodePoint(code), length: found[0].length };
}

function match(pattern: RegExp, text: string, offset: number): string {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? '';
}

/** Offsets must be asked for in ascending order; each character is then looked at once. */
function createPositions(text: string): (offset: number) => Position {
  let seen = 0;
  let line = 1;
  let column = 1;
  return (offset) => {
    while (seen < offset) {
      const codePoint = text.codePointAt(seen)!;
      seen += codePoint > 0xffff ? 2 : 1;
      if (codePoint === 10) {
        line += 1;
        column = 1;
      } else {
        column += 1;
      }
    }
    return { line, column };
  };
}
