import type { HostCaller } from '@kubewarden/evaluator';
import { LRUCache } from 'lru-cache';
import { jsonAnswer, type RequestOf } from '../capability.ts';

/** Keys that policies must not write: the host may keep its own entries under them. */
const reservedKeyPrefix = 'kubewarden_internal_';

/** The most entries that a policy may have; older ones make room. */
export const maximumEntries = 1_000;

/** The most bytes that the keys and values of a policy may have together: 4 MiB. Older entries make room. */
export const maximumBytes = 4 * 1024 * 1024;

/** The most bytes of one key and its value together: 1 MiB. */
export const maximumEntryBytes = 1024 * 1024;

/** How often expired entries are thrown out, in milliseconds. */
const sweepInterval = 60_000;

type Entries = LRUCache<string, Uint8Array>;

/**
 * The capabilities `cache/get` and `cache/set` (RFC 0024): bytes that a policy wants to find again within a
 * number of seconds. Kept in memory, per policy: one policy neither reads nor displaces what another one stored.
 */
export class PolicyCache {
  readonly #policies = new Map<string, Entries>();
  readonly #clock: { now(): number };
  readonly #sweeper: NodeJS.Timeout;

  /** @param clock milliseconds that only grow */
  constructor(clock: { now(): number } = performance) {
    this.#clock = clock;
    this.#sweeper = setInterval(() => this.sweep(), sweepInterval);
    this.#sweeper.unref();
  }

  /** A miss is a success with an empty value. */
  get({ key }: RequestOf<'CacheGet'>, { policyId }: HostCaller): Uint8Array {
    const value = this.#policies.get(policyId)?.get(key);
    if (value === undefined) return jsonAnswer({ code: 0, message: 'miss', value: [] });
    return jsonAnswer({ code: 0, message: 'hit', value: [...value] });
  }

  /** What cannot be stored is answered with code 1, not with an error of the host call. */
  set({ key, value, ttl }: RequestOf<'CacheSet'>, { policyId }: HostCaller): Uint8Array {
    if (key.startsWith(reservedKeyPrefix)) {
      return jsonAnswer({ code: 1, message: `keys must not start with '${reservedKeyPrefix}'` });
    }
    if (ttl === 0) return jsonAnswer({ code: 1, message: 'the ttl must be at least one second' });
    const stored = Uint8Array.from(value);
    const size = entryBytes(stored, key);
    if (size > maximumEntryBytes) {
      const message = `the entry has ${size} bytes, more than the ${maximumEntryBytes} that are allowed`;
      return jsonAnswer({ code: 1, message });
    }
    this.#entriesOf(policyId).set(key, stored, { ttl: ttl * 1000 });
    return jsonAnswer({ code: 0, message: 'ok' });
  }

  /** Throws out what has expired; reading does not depend on it. */
  sweep(): void {
    for (const [policyId, entries] of this.#policies) {
      entries.purgeStale();
      if (entries.size === 0) this.#policies.delete(policyId);
    }
  }

  /** How many entries are kept, expired ones included. */
  get size(): number {
    let size = 0;
    for (const entries of this.#policies.values()) size += entries.size;
    return size;
  }

  dispose(): void {
    clearInterval(this.#sweeper);
    this.#policies.clear();
  }

  #entriesOf(policyId: string): Entries {
    const known = this.#policies.get(policyId);
    if (known !== undefined) return known;
    const entries: Entries = new LRUCache({
      max: maximumEntries,
      maxSize: maximumBytes,
      sizeCalculation: entryBytes,
      ttlResolution: 0,
      perf: this.#clock,
    });
    this.#policies.set(policyId, entries);
    return entries;
  }
}

/** At least one, as the library wants it. */
function entryBytes(value: Uint8Array, key: string): number {
  return Buffer.byteLength(key) + value.byteLength + 1;
}
