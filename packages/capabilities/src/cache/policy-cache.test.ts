import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maximumBytes, maximumEntries, maximumEntryBytes, PolicyCache } from './policy-cache.ts';

let time = 1;
let cache: PolicyCache;

beforeEach(() => {
  time = 1;
  cache = new PolicyCache({ now: () => time });
});
afterEach(() => cache.dispose());

const text = (answer: Uint8Array): string => new TextDecoder().decode(answer);
const get = (key: string, policyId = 'p'): string => text(cache.get({ type: 'CacheGet', key }, { policyId }));
const set = (key: string, value: readonly number[], ttl = 60, policyId = 'p'): string =>
  text(cache.set({ type: 'CacheSet', key, value, ttl }, { policyId }));

const ok = '{"code":0,"message":"ok"}';
const miss = '{"code":0,"message":"miss","value":[]}';
const hit = (...value: number[]): string => `{"code":0,"message":"hit","value":[${value.join(',')}]}`;

describe('the cache of a policy', () => {
  it('gives back what was stored, until it is replaced or its time is over', () => {
    expect(get('rates')).toBe(miss);
    expect(set('rates', [123, 34, 0, 255], 600)).toBe(ok);
    time += 599_999;
    expect(get('rates')).toBe(hit(123, 34, 0, 255));
    time += 1;
    expect(get('rates')).toBe(hit(123, 34, 0, 255));
    time += 1;
    expect(get('rates')).toBe(miss);
    expect(set('rates', [1], 1)).toBe(ok);
    expect(set('rates', [], 1)).toBe(ok);
    expect(get('rates')).toBe(hit());
  });

  it('is not that of another policy', () => {
    set('key', [1], 60, 'p');
    expect(get('key', 'q')).toBe(miss);
    set('key', [2], 60, 'q');
    expect(get('key', 'p')).toBe(hit(1));
    // Not even for policies whose names would run together.
    set('b/key', [3], 60, 'a');
    expect(get('key', 'a/b')).toBe(miss);
  });

  it('refuses reserved keys and no time at all', () => {
    expect(set('kubewarden_internal_x', [1])).toBe(
      '{"code":1,"message":"keys must not start with \'kubewarden_internal_\'"}',
    );
    expect(get('kubewarden_internal_x')).toBe(miss);
    expect(set('key', [1], 0)).toBe('{"code":1,"message":"the ttl must be at least one second"}');
    expect(get('key')).toBe(miss);
  });

  it('is bounded in the size of an entry, in entries and in bytes, and the oldest make room', () => {
    expect(
      set(
        'big',
        Array.from({ length: maximumEntryBytes }, () => 0),
      ),
    ).toContain('"code":1');
    for (let index = 0; index < maximumEntries + 2; index += 1) set(`key${index}`, [1]);
    expect(cache.size).toBe(maximumEntries);
    expect(get('key1')).toBe(miss);
    expect(get('key2')).toBe(hit(1));
    set('other', [1], 60, 'q');
    const large = Array.from({ length: maximumEntryBytes - 16 }, () => 7);
    for (let index = 0; index < maximumBytes / maximumEntryBytes + 1; index += 1) set(`large${index}`, large);
    expect(get('large0')).toBe(miss);
    expect(get('large4')).toContain('hit');
    expect(cache.size).toBeLessThanOrEqual(5);
    expect(get('other', 'q')).toBe(hit(1));
  });

  it('throws out what has expired without being asked', () => {
    set('short', [1], 1);
    set('long', [1], 100);
    set('short', [1], 1, 'q');
    time += 2_000;
    cache.sweep();
    expect(cache.size).toBe(1);
  });
});
