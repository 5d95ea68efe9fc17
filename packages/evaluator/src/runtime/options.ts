import type { PolicyLog } from '../host/log.ts';

/** The clocks that guests see. */
export interface GuestClock {
  /** Nanoseconds since the Unix epoch. */
  readonly realtime: () => bigint;
  /** Nanoseconds since any fixed moment; never goes back. */
  readonly monotonic: () => bigint;
  /** Resolves after that many milliseconds, 0 to 2^31 − 1. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Fills at most 65,536 bytes with random data. */
export type RandomSource = (bytes: Uint8Array<ArrayBuffer>) => void;

export interface RuntimeOptions {
  /** Default: the clocks of this machine. */
  readonly clock?: GuestClock;
  /** Default: the platform's cryptographic generator. */
  readonly random?: RandomSource;
  /**
   * Takes what a guest prints while it is initialised, before there is a policy: the entries' `policyId` is the
   * module's digest. Default: dropped.
   */
  readonly log?: PolicyLog;
  /** Idle sandboxes kept for later reviews; see `Sandboxes`. */
  readonly maximumIdle?: number;
}

export const systemClock: GuestClock = {
  realtime: () => BigInt(Date.now()) * 1_000_000n,
  monotonic: () => BigInt(Math.round(performance.now() * 1e6)),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

export const systemRandom: RandomSource = (bytes) => {
  crypto.getRandomValues(bytes);
};
