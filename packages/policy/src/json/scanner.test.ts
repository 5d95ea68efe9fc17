import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical.ts';
import { parseJson, parseJsonValue } from './document.ts';
import { JsonSyntaxError } from './errors.ts';

const encoder = new TextEncoder();

function errorOf(bytes: Uint8Array): string {
  try {
    parseJson(bytes);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
  return 'no error';
}

// The expected texts and positions are what serde_json 1.0.149 says.
describe('syntax errors', () => {
  it.each([
    ['', 'EOF while parsing a value at line 1 column 0'],
    [' \n ', 'EOF while parsing a value at line 2 column 1'],
    ['nul', 'EOF while parsing a value at line 1 column 3'],
    ['nulx', 'expected ident at line 1 column 4'],
    ['x', 'expected value at line 1 column 1'],
    ['\u{feff}1', 'expected value at line 1 column 1'],
    ['{', 'EOF while parsing an object at line 1 column 1'],
    ['[1', 'EOF while parsing a list at line 1 column 2'],
    ['[1,', 'EOF while parsing a value at line 1 column 3'],
    ['[1,]', 'trailing comma at line 1 column 4'],
    ['{"a":1,}', 'trailing comma at line 1 column 8'],
    ['[1 2]', 'expected `,` or `]` at line 1 column 4'],
    ['{"a":1 "b"', 'expected `,` or `}` at line 1 column 8'],
    ['{"a" 1}', 'expected `:` at line 1 column 6'],
    ['{1:2}', 'key must be a string at line 1 column 2'],
    ['{"a":1,b:2}', 'key must be a string at line 1 column 8'],
    ['[1}', 'expected `,` or `]` at line 1 column 3'],
    ['{}\n x', 'trailing characters at line 2 column 2'],
    ['01', 'invalid number at line 1 column 2'],
    ['-x', 'invalid number at line 1 column 2'],
    ['1.', 'EOF while parsing a value at line 1 column 2'],
    ['1.e1', 'invalid number at line 1 column 3'],
    ['1e', 'EOF while parsing a value at line 1 column 2'],
    ['1ex', 'invalid number at line 1 column 3'],
    ['1e309', 'number out of range at line 1 column 5'],
    ['10.7e308', 'number out of range at line 1 column 8'],
    ['9'.repeat(400), 'number out of range at line 1 column 400'],
    ['"abc', 'EOF while parsing a string at line 1 column 4'],
    ['"a\n"', String.raw`control character (\u0000-\u001F) found while parsing a string at line 2 column 0`],
    [String.raw`"\x"`, 'invalid escape at line 1 column 3'],
    [String.raw`"\u12"`, 'EOF while parsing a string at line 1 column 6'],
    [String.raw`"\u12xy"`, 'invalid escape at line 1 column 7'],
    [String.raw`"\udc00"`, 'lone leading surrogate in hex escape at line 1 column 7'],
    [String.raw`"\ud800"`, 'unexpected end of hex escape at line 1 column 8'],
    [String.raw`"\ud800\n"`, 'unexpected end of hex escape at line 1 column 9'],
    [String.raw`"\ud800\ud800"`, 'lone leading surrogate in hex escape at line 1 column 13'],
  ])('%j: %s', (text, message) => {
    expect(errorOf(encoder.encode(text))).toBe(message);
  });

  it.each([
    ['a lone continuation', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong three-byte form', [0xe0, 0x80, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['an overlong four-byte form', [0xf0, 0x8f, 0xbf, 0xbf]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
    ['a byte that UTF-8 never has', [0xff]],
  ])('refuses %s', (_, bytes) => {
    const message = `invalid unicode code point at line 1 column ${bytes.length + 2}`;
    expect(errorOf(Uint8Array.from([0x22, ...bytes, 0x22]))).toBe(message);
  });

  it.each(['[', '{"a":'])('allows 127 nested containers of %s and no more', (open) => {
    const close = open === '[' ? ']' : '}';
    const nest = (depth: number): Uint8Array =>
      encoder.encode(`${open.repeat(depth)}${open === '[' ? '' : '1'}${close.repeat(depth)}`);
    expect(errorOf(nest(127))).toBe('no error');
    for (const depth of [128, 10_000]) {
      expect(errorOf(nest(depth))).toMatch(/^recursion limit exceeded at line 1 column /u);
    }
  });

  it('notices every truncation', () => {
    const text = String.raw`{"a":[1,-2.5e1,{"b":"c\n\ud83d\ude00é"}],"d":[true,false,null,{}]}`;
    const bytes = encoder.encode(text);
    for (let length = 0; length < bytes.length; length++) {
      expect(errorOf(bytes.subarray(0, length))).toMatch(/^EOF while parsing/u);
    }
    expect(errorOf(bytes)).toBe('no error');
  });
});

describe('JsonDocument', () => {
  const text = String.raw`{"name":"a\u0062","count":12345678901234567890,"list":[1.5,null],"name":"last"}`;
  const bytes = encoder.encode(text);

  it('reads values where they stand', () => {
    const document = parseJson(bytes);
    expect(document.members(0).map(({ name }) => name)).toEqual(['name', 'count', 'list', 'name']);
    expect(document.string(document.member(0, 'name')!)).toBe('last');
    expect(
      document.members(0).flatMap(({ name, value }) => (name === 'name' ? document.string(value) : [])),
    ).toEqual(['ab', 'last']);
    expect(document.number(document.member(0, 'count')!)).toBe(12345678901234567890n);
    const items = document.items(document.member(0, 'list')!);
    expect(items.map((item) => document.value(item))).toEqual([1.5, null]);
    expect(items.map((item) => document.kind(item))).toEqual(['number', 'null']);
    expect(new TextDecoder().decode(document.slice(document.member(0, 'list')!))).toBe('[1.5,null]');
    expect(document.member(0, 'absent')).toBeUndefined();
    expect(() => document.string(0)).toThrow('the JSON value is of kind object, not string');
  });

  it('stays valid when other texts are parsed', () => {
    const document = parseJson(bytes);
    const before = canonicalJson(document);
    parseJson(encoder.encode(`[${'[],'.repeat(100_000)}0]`));
    expect(canonicalJson(document)).toEqual(before);
  });

  it('takes special names as data', () => {
    const value = parseJsonValue(encoder.encode('{"__proto__":{"polluted":true},"constructor":1}'));
    expect(value).toEqual(
      new Map<string, unknown>([
        ['__proto__', new Map([['polluted', true]])],
        ['constructor', 1n],
      ]),
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
