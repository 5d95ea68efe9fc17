import { expect, test } from 'vitest';
import { formatSize } from './size.ts';

test.each([
  [0, '0 B'],
  [512, '512 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [1_460_000, '1.46 MB'],
  [1_500_000, '1.50 MB'],
  [20_000_000, '20 MB'],
  [2_500_000_000, '2.50 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
