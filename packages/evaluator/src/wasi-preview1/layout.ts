/**
 * Where the two versions of the interface differ. `wasi_unstable` ("preview 0") also numbers the values of `whence`
 * in another order, which nobody can notice as long as nothing is seekable.
 */
export interface WasiLayout {
  /** Size of a `filestat`. */
  readonly filestat: number;
  /** Size of a `subscription`. */
  readonly subscription: number;
  /** Offset of the clock's id in a `subscription`; of its other fields, the distance from there is the same. */
  readonly subscriptionClock: number;
}

export const wasiLayouts = {
  wasi_snapshot_preview1: { filestat: 64, subscription: 48, subscriptionClock: 16 },
  wasi_unstable: { filestat: 56, subscription: 56, subscriptionClock: 24 },
} as const satisfies Record<string, WasiLayout>;

/** The names of the modules that WASI functions are imported from. */
export type WasiModule = keyof typeof wasiLayouts;
