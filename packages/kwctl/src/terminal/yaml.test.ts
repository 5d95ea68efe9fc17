import { parseJsonValue } from '@kubewarden/policy';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { formatYaml } from './yaml.ts';

test('sequences stand under their key, and quotes are single and rare', () => {
  expect(formatYaml({ rules: [{ apiGroups: [''], resources: ['pods', '*/*'] }], none: [], empty: {} })).toBe(
    "rules:\n- apiGroups:\n  - ''\n  resources:\n  - pods\n  - '*/*'\nnone: []\nempty: {}\n",
  );
});

test('several lines are a block, which ends as the text does', () => {
  expect(formatYaml({ a: 'one\ntwo\n', b: 'one\ntwo' })).toBe('a: |\n  one\n  two\nb: |-\n  one\n  two\n');
});

test.each([
  ['booleans', ['yes', 'No', 'ON', 'off', 'y', 'N', 'true']],
  ['numbers', ['0644', '1_000', '0b1', '0o7', '0x1F', '1:30', '1e3', '.inf', '12', '1.0']],
  ['other types', ['null', '~', '<<', '=']],
])('texts that YAML 1.1 or 1.2 takes for %s are quoted, as values and as keys', (_types, texts) => {
  for (const text of texts) expect(formatYaml({ [text]: text })).toBe(`'${text}': '${text}'\n`);
});

test.each(['v1', '1.38.0', 'yes and no', 'ghcr.io/acme/a:v1', '2026-05-21T10:00:00.123Z', 'e2e'])(
  '%s needs no quotes',
  (text) => {
    expect(formatYaml([text])).toBe(`- ${text}\n`);
  },
);

test.each(['\n', ' \n', '\n\n', ' \n a', '\nlead', '  indented\nless', 'trail \nx', 'a\r\nb', 'a\u0085b', '#\n-', '---\n'])(
  '%j is read back as it was',
  (text) => {
    expect(parse(formatYaml({ list: [text] }))).toEqual({ list: [text] });
  },
); // prettier-ignore

test('numbers keep their type and every digit', () => {
  const json = '{"a":1.0,"b":12345678901234567890,"c":-2.0,"d":1e30,"e":1.25,"f":7}';
  const text = formatYaml(parseJsonValue(new TextEncoder().encode(json)));
  expect(text).toBe('a: 1.0\nb: 12345678901234567890\nc: -2.0\nd: 1e+30\ne: 1.25\nf: 7\n');
});

test('what a terminal would obey is escaped, and still read back', () => {
  const text = 'a\u001b[2J\u009b31m\u202eb\n';
  expect(formatYaml([text])).toBe('- "a\\e[2J\\u009b31m\\u202eb\\n"\n');
  expect(parse(formatYaml([text]))).toEqual([text]);
});
