import { expect, test } from 'vitest';
import { transferText } from './transfer-text.ts';

test.each([
  [{ transferred: 0, total: 999_999 }, ''],
  [{ transferred: 0, total: 1_000_000 }, '(0 B of 1 MB, 0 %)'],
  [{ transferred: 1_999_999, total: 3_000_000 }, '(2.00 MB of 3 MB, 66 %)'],
  [{ transferred: 999_999 }, ''],
  [{ transferred: 12_345_678 }, '(12.35 MB)'],
])('%j is shown as %j', (progress, text) => {
  expect(transferText(progress)).toBe(text);
});
