import {
  abandonedMilliseconds,
  maximumClockStep,
  patienceMilliseconds,
  slowMilliseconds,
  unresponsiveMilliseconds,
  watchIntervalMilliseconds,
} from '../bounds.ts';
import type { Run } from '../protocol.ts';
import type { Job } from './job.ts';
import type { PoolThread } from './thread.ts';

/** What the watchdog has done about what it sees. */
export interface WatchdogActions {
  /** The job had its time on the thread, which cannot be stopped but by ending the worker. */
  stop(thread: PoolThread, run: Run): void;
  /** The job had its time, waiting for the host: it is answered without its guest. */
  expire(thread: PoolThread, run: Run, job: Job): void;
  /** The job had its time, but another one had the thread. */
  rescue(thread: PoolThread, run: Run, job: Job): void;
  /** The jobs that wait behind the one that has the thread are to be done elsewhere. */
  relieve(thread: PoolThread, run: Run): void;
  /** The worker is of no use any more, for which no job of it has to answer. */
  replace(thread: PoolThread): void;
}

/**
 * Looks every few milliseconds at what the workers do, as long as they have anything to do: no review has a timer
 * of its own.
 */
export class Watchdog {
  readonly #threads: () => readonly PoolThread[];
  readonly #actions: WatchdogActions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #lastLook = 0;
  #now = 0;

  constructor(threads: () => readonly PoolThread[], actions: WatchdogActions) {
    this.#threads = threads;
    this.#actions = actions;
  }

  /**
   * Milliseconds on the watchdog's own clock. It only runs while there is something to watch, and no step of it is
   * large: time in which the whole process stood still is held against nobody.
   */
  get now(): number {
    return this.#now;
  }

  /** Says that there is something to watch. */
  wake(): void {
    if (this.#timer !== undefined) return;
    this.#lastLook = performance.now();
    this.#timer = setInterval(() => this.#look(), watchIntervalMilliseconds);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const time = performance.now();
    this.#now += Math.min(time - this.#lastLook, maximumClockStep);
    this.#lastLook = time;
    let busy = false;
    for (const thread of this.#threads()) {
      if (thread.jobs.size === 0 && thread.abandoned.size === 0) continue;
      busy = true;
      this.#inspect(thread);
    }
    if (!busy) this.close();
  }

  #inspect(thread: PoolThread): void {
    const { active, turn } = thread.control;
    if (active !== thread.seen.run || turn !== thread.seen.turn) {
      thread.seen = { run: active, turn, since: this.#now };
    }
    const held = this.#now - thread.seen.since;
    if (active === 0 ? this.#unresponsive(thread, held) : this.#inspectActive(thread, active, held)) return;
    for (const [run, job] of thread.jobs) {
      if (run === active || !job.exceeded(this.#now)) continue;
      if (job.suspended) this.#actions.expire(thread, run, job);
      else if (active !== 0) this.#actions.rescue(thread, run, job);
      // Otherwise its reply is on its way, or its guest is about to go on.
    }
  }

  /** Looks at the run that has the thread; true when the worker was ended because of it. */
  #inspectActive(thread: PoolThread, run: Run, held: number): boolean {
    const job = thread.jobs.get(run);
    if (job === undefined) {
      // Its review was answered without it, and yet it goes on.
      if (held < abandonedMilliseconds) return false;
      this.#actions.replace(thread);
      return true;
    }
    job.started ??= this.#now;
    if (job.exceeded(this.#now)) {
      this.#actions.stop(thread, run);
      return true;
    }
    if (held > slowMilliseconds) job.policy.tookTooLong();
    if (held > patienceMilliseconds) {
      thread.occupied = true;
      this.#actions.relieve(thread, run);
    }
    return false;
  }

  /** True when a worker was replaced that has nothing to do and does not do it. */
  #unresponsive(thread: PoolThread, held: number): boolean {
    if (!thread.ready || held < unresponsiveMilliseconds) return false;
    for (const [run, job] of thread.jobs) {
      if (!thread.control.waits(job.slot, run)) continue;
      if (this.#now - job.dispatched < unresponsiveMilliseconds) continue;
      this.#actions.replace(thread);
      return true;
    }
    return false;
  }
}
