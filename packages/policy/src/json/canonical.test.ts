import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical.ts';
import { parseJson, parseJsonValue } from './document.ts';
import { JsonSyntaxError } from './errors.ts';
import { formatJson, writeJson } from './write.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const canonical = (text: string): string => decoder.decode(canonicalJson(encoder.encode(text)));

// The expected values come from serde_json 1.0.149 with zmij 1.0.21, the versions of the original.
describe('canonicalJson', () => {
  it.each([
    ['0', '0'],
    ['-0', '-0.0'],
    ['1.0', '1.0'],
    ['1.50', '1.5'],
    ['1e3', '1000.0'],
    ['1E+2', '100.0'],
    ['1e15', '1000000000000000.0'],
    ['1e16', '1e+16'],
    ['123456789e10', '1.23456789e+18'],
    ['0.00001', '0.00001'],
    ['0.000001', '1e-6'],
    ['-1.5e-7', '-1.5e-7'],
    ['0e99999', '0.0'],
    ['1e-999', '0.0'],
    ['9007199254740993', '9007199254740993'],
    ['999999999999999999', '999999999999999999'],
    ['9223372036854775808', '9223372036854775808'],
    ['18446744073709551615', '18446744073709551615'],
    ['18446744073709551616', '1.8446744073709552e+19'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['-9223372036854775809', '-9.223372036854776e+18'],
    ['5e-324', '5e-324'],
    ['1.7976931348623157e308', '1.7976931348623157e+308'],
  ])('prints the number %s as %s', (given, expected) => {
    expect(canonical(given)).toBe(expected);
    expect(decoder.decode(writeJson(parseJsonValue(encoder.encode(given))))).toBe(expected);
  });

  it.each([
    [String.raw`"\u0041\/\u007f"`, '"A/\u007f"'],
    [String.raw`"\u0000\u001F\u0008\u000a"`, String.raw`"\u0000\u001f\b\n"`],
    [String.raw`"\b\f\n\r\t\"\\"`, String.raw`"\b\f\n\r\t\"\\"`],
    [String.raw`"\ud83d\ude00\u2028"`, '"😀\u2028"'],
    ['"\u{feff}é😀"', '"\u{feff}é😀"'],
  ])('prints the string %s as %s', (given, expected) => {
    expect(canonical(given)).toBe(expected);
  });

  it.each([
    [
      'sorts at all levels',
      '{"b":{"d":1,"c":2},"a":[{"z":0,"y":0}]}',
      '{"a":[{"y":0,"z":0}],"b":{"c":2,"d":1}}',
    ],
    ['sorts a key before its extensions', '{"ab":1,"a":2}', '{"a":2,"ab":1}'],
    ['keeps the last of equal keys', '{"a":1,"b":2,"a":{"x":null}}', '{"a":{"x":null},"b":2}'],
    ['sees that an escaped key is equal', String.raw`{"a":1,"\u0061":2}`, '{"a":2}'],
    ['orders by UTF-8, not UTF-16', '{"\u{1f600}":1,"\u{e000}":2}', '{"\u{e000}":2,"\u{1f600}":1}'],
    [
      'orders escaped keys by meaning',
      String.raw`{"\u007a":1,"\"":2,"b":3}`,
      String.raw`{"\"":2,"b":3,"z":1}`,
    ],
    ['puts the empty key first', '{"!":1,"#":2,"":3," ":4}', '{"":3," ":4,"!":1,"#":2}'],
    ['drops blanks', ' { "a" : [ 1 , 2 ] ,\r\n\t"b" : { } } ', '{"a":[1,2],"b":{}}'],
    ['has no special keys', '{"toString":1,"__proto__":{"a":1}}', '{"__proto__":{"a":1},"toString":1}'],
  ])('%s', (_, given, expected) => {
    expect(canonical(given)).toBe(expected);
    expect(decoder.decode(writeJson(parseJsonValue(encoder.encode(given))))).toBe(expected);
  });

  it.each(['k', String.raw`\"k`])('sorts many members %s…, also in the worst order', (prefix) => {
    const names = Array.from({ length: 20_000 }, (_, index) => `${prefix}${String(index).padStart(5, '0')}`);
    const members = [...names.toReversed(), ...names].map((name, index) => `"${name}":${index}`);
    const expected = names.map((name, index) => `"${name}":${index + names.length}`);
    expect(canonical(`{${members.join(',')}}`)).toBe(`{${expected.join(',')}}`);
  });

  it('grows its output as much as needed and reuses it without a trace', () => {
    const small = encoder.encode('{"b":1,"a":2}');
    const first = canonicalJson(small);
    expect(canonical(`[${'1e15,'.repeat(60_000)}0]`)).toBe(`[${'1000000000000000.0,'.repeat(60_000)}0]`);
    expect(canonicalJson(small)).toEqual(first);
    expect(first.buffer.byteLength).toBe(first.byteLength);
  });

  it('writes a part of a document', () => {
    const document = parseJson(encoder.encode('{"x":1,"object":{"b":1,"a":[1.0]}}'));
    const node = document.member(document.root, 'object')!;
    expect(decoder.decode(canonicalJson(document, node))).toBe('{"a":[1.0],"b":1}');
  });

  it('means the same as JSON.parse, and is a fixed point', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const once = canonical(text);
        expect(JSON.parse(once)).toEqual(JSON.parse(text));
        expect(canonical(once)).toBe(once);
      }),
    );
  });

  it('agrees with the tree codec, whatever the layout', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const bytes = encoder.encode(JSON.stringify(value, undefined, indent));
        expect(decoder.decode(canonicalJson(bytes))).toBe(formatJson(parseJsonValue(bytes)));
      }),
    );
  });

  it('throws nothing but syntax errors, whatever the bytes', () => {
    const hostile = fc.array(
      fc.oneof(fc.constantFrom(...encoder.encode('{}[]",:\\u0123dDeE.-+ntf')), fc.nat({ max: 255 })),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        try {
          canonicalJson(Uint8Array.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(JsonSyntaxError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
