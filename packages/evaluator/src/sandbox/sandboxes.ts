import type { SandboxPlan } from './plan.ts';
import { restoreSnapshot, takeSnapshot, type Guest, type Snapshot } from './snapshot.ts';

export type { Guest } from './snapshot.ts';

/** Idle sandboxes that one pool keeps unless told otherwise. */
const defaultMaximumIdle = 2;

/**
 * Bytes that a sandbox may have grown by and still be kept: 4 MiB, or as much as it started with. Every later
 * reset has to look through them, so a guest that once needed more is cheaper to replace.
 */
export const maximumKeptGrowth = 4 * 1024 * 1024;

/** Bytes of memory that a sandbox may have in all and still be kept. */
export const maximumKeptMemory = 64 * 1024 * 1024;

/**
 * Lent sandboxes that have a snapshot, for each idle one that may be kept. More are only lent at once while many
 * guests wait for their host; of those few would be kept, and their snapshots would only take memory.
 */
const snapshotsPerIdle = 4;

/**
 * The sandboxes of one policy module on one thread. Each review gets one that is in the state in which
 * `create` left it, whatever the reviews before it did.
 *
 * Any number of sandboxes may be lent at the same time (a guest that waits for its host is suspended and keeps
 * its sandbox); only the number of idle ones is bounded.
 */
export class Sandboxes<G extends Guest> {
  readonly #plan: SandboxPlan;
  readonly #create: () => Promise<G>;
  readonly #maximumIdle: number;
  readonly #lent = new Map<G, Snapshot | undefined>();
  readonly #idle: { readonly guest: G; readonly snapshot: Snapshot }[] = [];
  /** The latest snapshot: new ones share with it what they have in common. */
  #latest: Snapshot | undefined;
  #disposed = false;

  /**
   * @param create - makes and initialises a guest; the state that it leaves is what every review starts from
   * @param options.maximumIdle - sandboxes kept for later reviews
   */
  constructor(plan: SandboxPlan, create: () => Promise<G>, options: { maximumIdle?: number } = {}) {
    this.#plan = plan;
    this.#create = create;
    this.#maximumIdle = plan.strategy === 'fresh' ? 0 : (options.maximumIdle ?? defaultMaximumIdle);
  }

  /**
   * Lends a clean sandbox. The borrower gives it back with {@link release}, or with {@link discard} if it
   * trapped, exited or was abandoned.
   *
   * @throws what `create` throws
   */
  async acquire(): Promise<G> {
    const kept = this.#idle.pop();
    if (kept !== undefined) {
      this.#lent.set(kept.guest, kept.snapshot);
      return kept.guest;
    }
    const guest = await this.#create();
    this.#lent.set(guest, this.#snapshot(guest));
    return guest;
  }

  /**
   * Takes a sandbox back, resets it and keeps it, if it is worth keeping.
   *
   * @throws Error if the sandbox is not lent: two borrowers would share it
   */
  release(guest: G): void {
    if (!this.#lent.has(guest)) throw new Error('sandbox released that is not lent');
    const snapshot = this.#lent.get(guest);
    this.#lent.delete(guest);
    if (snapshot === undefined || this.#disposed || this.#idle.length >= this.#maximumIdle) return;
    const { byteLength } = guest.memory.buffer;
    const keptGrowth = Math.max(maximumKeptGrowth, snapshot.byteLength);
    if (byteLength > Math.min(snapshot.byteLength + keptGrowth, maximumKeptMemory)) return;
    if (restoreSnapshot(guest, snapshot)) this.#idle.push({ guest, snapshot });
  }

  /** Takes a sandbox back and never uses it again. */
  discard(guest: G): void {
    this.#lent.delete(guest);
  }

  /** Drops all idle sandboxes, and lent ones when they come back. */
  dispose(): void {
    this.#disposed = true;
    this.#idle.length = 0;
    this.#latest = undefined;
  }

  /** Undefined if the guest is not worth keeping, whatever it does. */
  #snapshot(guest: G): Snapshot | undefined {
    if (guest.memory.buffer.byteLength > maximumKeptMemory) return undefined;
    const snapshots = [...this.#lent.values()].filter((snapshot) => snapshot !== undefined).length;
    if (snapshots >= this.#maximumIdle * snapshotsPerIdle) return undefined;
    this.#latest = takeSnapshot(guest, this.#plan, this.#latest);
    return this.#latest;
  }
}
