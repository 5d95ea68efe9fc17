import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatValue, toJson, writeValue } from './format.ts';
import { maximumDepth, parseValue, RegoSyntaxError } from './parse.ts';
import { compareValues, identity, RegoObject, RegoSet, type RegoValue } from './value.ts';

const { value: anyValue } = fc.letrec<{ value: RegoValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.bigInt(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 4 }).map((members) => new RegoSet(members)),
    fc
      .array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 })
      .map((entries) => new RegoObject(entries)),
  ),
}));

describe('the notation that guests read and write', () => {
  test('survives a round trip', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(identity(parseValue(writeValue(value)))).toBe(identity(value));
        expect(compareValues(parseValue(writeValue(value)), value)).toBe(0);
      }),
    );
  });

  test.each<[string, RegoValue]>([
    ['set()', new RegoSet([])],
    ['{}', new RegoObject([])],
    ['{1,1.0,"a"}', new RegoSet([1n, 'a'])],
    [
      '{{"a"}:[1],2:null}',
      new RegoObject([
        [2n, null],
        [new RegoSet(['a']), [1n]],
      ]),
    ],
    ['[12345678901234567890, -1.5e3, .5, 1.]', [12345678901234567890n, -1500, 0.5, 1]],
    [String.raw`"a\u00e9\n\ud83d\ude00"`, 'aé\n😀'],
    ['[1e3, 1e21, 55797707752990730.0]', [1000n, 10n ** 21n, 55797707752990730n]],
    ['{"__proto__": 1}', new RegoObject([['__proto__', 1n]])],
  ])('%s', (text, value) => {
    expect(identity(parseValue(text))).toBe(identity(value));
  });

  test.each(['', '{', '[1,]', '{"a":}', '"\n"', '"\\x"', 'nul', 'set(', '1 2', '1e999', '{1:2,3}'])(
    'refuses %j',
    (text) => {
      expect(() => parseValue(text)).toThrow(RegoSyntaxError);
    },
  );

  test.each(['set()', '{1}', '{1:2}', '{"a",2}', '.5', '01', '1.'])('%s is not JSON', (text) => {
    expect(() => parseValue(text, { json: true })).toThrow(RegoSyntaxError);
  });

  test('nests no deeper than the bound', () => {
    expect(() => parseValue(arrays(maximumDepth))).not.toThrow();
    expect(() => parseValue(arrays(maximumDepth + 1))).toThrow('recursion limit exceeded');
  });
});

describe('the order of values', () => {
  test('is that of Rego: types first, strings by code points', () => {
    const ordered: RegoValue[] = [
      null,
      false,
      true,
      -1n,
      0.5,
      1n,
      '',
      'a',
      '\uffff',
      '😀',
      [],
      [1n],
      [1n, 0n],
      [2n],
      new RegoObject([]),
      new RegoObject([['a', 1n]]),
      new RegoObject([['a', 2n]]),
      new RegoSet([]),
      new RegoSet([1n]),
    ];
    expect(ordered.toReversed().toSorted(compareValues).map(identity)).toEqual(ordered.map(identity));
  });

  test('agrees with equality', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        expect(compareValues(a, b) === 0).toBe(identity(a) === identity(b));
        expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0);
      }),
    );
  });
});

test('values as Rego source and as JSON', () => {
  const value = new RegoObject([
    ['set', new RegoSet([2n, 'x'])],
    [1n, [null, 1.5]],
  ]);
  expect(formatValue(value)).toBe('{1: [null, 1.5], "set": {2, "x"}}');
  expect(toJson(value)).toBe('{"1":[null,1.5],"set":[2,"x"]}');
});

function arrays(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}
