import { expect, test } from 'vitest';
import { readKeyValues } from './key-values.ts';

test('annotations are split at the first equals sign', () => {
  expect(readKeyValues(['env=prod', 'query=a=b', 'env=prod'])).toEqual({ env: 'prod', query: 'a=b' });
});

test.each([
  [['env'], "'env' is no annotation: KEY=VALUE is expected"],
  [['=prod'], "'=prod' is no annotation: KEY=VALUE is expected"],
  [['env=prod', 'env=dev'], 'the annotation env is given twice, with different values'],
])('%j is refused', (items, message) => {
  expect(() => readKeyValues(items)).toThrow(message);
});
