import { describe, expect, it } from 'vitest';
import { repetitionPause } from './retry-after.ts';

describe('repetitionPause', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it.each([
    [200, undefined, undefined],
    [404, '1', undefined],
    [429, undefined, 500],
    [503, undefined, 500],
    [503, '0', 500],
    [429, '2', 2000],
    [429, '10', 10_000],
    [429, '11', undefined],
    [429, '99999999999999999999', undefined],
    [429, '-5', 500],
    [429, 'soon', 500],
    [429, 'Thu, 01 Jan 2026 00:00:03 GMT', 3000],
    [429, 'Thu, 01 Jan 2026 01:00:00 GMT', undefined],
    [429, 'Wed, 31 Dec 2025 00:00:00 GMT', 500],
  ])('after status %s with Retry-After %s: %s ms', (status, retryAfter, pause) => {
    expect(repetitionPause(status, retryAfter, 500, now)).toBe(pause);
  });
});
