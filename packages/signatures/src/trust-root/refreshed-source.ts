import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { TrustRootError } from '../errors.ts';
import type { TrustRootSource } from './trust-root.ts';

export interface LoadedTrustRoot {
  readonly root: TrustedRoot;
  /** False for one that could not be brought up to date. */
  readonly current: boolean;
}

export interface RefreshOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

const day = 24 * 60 * 60 * 1000;
/** Between two attempts to load what could not be loaded, or not be brought up to date, in milliseconds. */
const pause = 30_000;

/**
 * A source that loads when it is first asked, once for all who wait, and again when what it has is a day old. What
 * could not be brought up to date is given out at once while, after a pause, another attempt runs beside it.
 */
export function refreshedSource(
  load: () => Promise<LoadedTrustRoot>,
  options: RefreshOptions = {},
): TrustRootSource {
  const now = options.now ?? ((): number => performance.now());
  let loaded: LoadedTrustRoot | undefined;
  let failure: Error | undefined;
  let nextLoad = -Infinity;
  let flight: Promise<TrustedRoot> | undefined;

  const settle = async (): Promise<TrustedRoot> => {
    try {
      loaded = await load();
      failure = undefined;
    } catch (cause) {
      failure = new TrustRootError(`cannot obtain the Sigstore trust root: ${(cause as Error).message}`, {
        cause,
      });
      // Better the one of yesterday, which was current then, than none.
      if (loaded !== undefined) loaded = { ...loaded, current: false };
    } finally {
      flight = undefined;
    }
    nextLoad = now() + (loaded?.current ? day : pause);
    if (loaded === undefined) throw failure!;
    return loaded.root;
  };

  return () => {
    if (flight === undefined && now() >= nextLoad) {
      flight = settle();
      // Who waits sees the failure; an attempt that nobody waits for leaves it for the next caller.
      flight.catch(() => undefined);
    }
    if (loaded !== undefined && (flight === undefined || !loaded.current))
      return Promise.resolve(loaded.root);
    return flight ?? Promise.reject(failure!);
  };
}
