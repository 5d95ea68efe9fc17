import { expect, test } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

test('the entry that was used longest ago has to go', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3]);
});
