import { expect, test } from 'vitest';
import { parseYamlDocuments, yamlToJson } from './yaml-json.ts';

const json = (text: string): string => new TextDecoder().decode(yamlToJson(text));

test.each([
  ['an integer of 64 bits', 'a: 18446744073709551615', '{"a":18446744073709551615}'],
  ['a whole float', 'a: 1.0', '{"a":1.0}'],
  ['an exponent', 'a: 1e3', '{"a":1000.0}'],
  ['zero', 'a: 0', '{"a":0}'],
  ['a negative number', 'a: -3', '{"a":-3}'],
  ['digits after a zero, which are a text', 'a: 0644', '{"a":"0644"}'],
  ['other bases', 'a: [0x1F, 0o17]', '{"a":[31,15]}'],
  ['words that older YAML took for booleans', 'a: [yes, no, on]', '{"a":["yes","no","on"]}'],
  ['keys that are no texts', '1: x\ntrue: y', '{"1":"x","true":"y"}'],
  ['JSON', '{"a": [null, "\\u00e9"]}', '{"a":[null,"é"]}'],
  ['nothing', '', 'null'],
])('%s', (_what, text, expected) => {
  expect(json(text)).toBe(expected);
});

test.each([
  ['a key that is a mapping', '? {a: b}\n: c', 'the keys of a mapping must be strings'],
  ['not a number', 'a: .nan', 'NaN is a number that JSON cannot express'],
  ['the same key twice', 'a: 1\na: 2', 'Map keys must be unique at line 2, column 1'],
  [
    'aliases that multiply',
    [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]',
      'c: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]',
    ].join('\n'),
    'Excessive alias count',
  ],
])('%s is an error', (_what, text, message) => {
  expect(() => json(text)).toThrow(message);
});

test('a file of comments is one empty document', () => {
  expect(parseYamlDocuments('# nothing\n')).toEqual([null]);
});
