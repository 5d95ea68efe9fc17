import {
  crashMemoryMilliseconds,
  crashPauseMilliseconds,
  maximumCrashes,
  slowMemoryMilliseconds,
} from '../bounds.ts';

/** Milliseconds that a policy is expected to take of which nothing is known yet. */
const unknownMilliseconds = 5;

/** Weight of the newest evaluation in the expectation. */
const weight = 0.2;

/** What the scheduler knows of a policy: how much of the pool it uses now, and how it behaved lately. */
export class PolicyRecord {
  readonly id: string;
  /** Jobs in the queue. */
  waiting = 0;
  /** Jobs given to a worker whose guests do not wait for the host. */
  running = 0;
  /** Jobs whose guests wait for the host. */
  suspended = 0;
  /** Whether guests of it have ever waited for the host. */
  waits = false;
  /** Host calls that are being answered. */
  hostCalls = 0;
  #milliseconds: number | undefined;
  #slowUntil = 0;
  #crashes: number[] = [];
  #pausedUntil = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** Milliseconds that an evaluation is expected to take. */
  get expected(): number {
    return this.#milliseconds ?? unknownMilliseconds;
  }

  /** Takes note of an evaluation that kept its thread for that many milliseconds. */
  took(milliseconds: number): void {
    const before = this.#milliseconds ?? milliseconds;
    this.#milliseconds = before + weight * (milliseconds - before);
  }

  /** Takes note of an evaluation that keeps its thread for too long. */
  tookTooLong(): void {
    this.#slowUntil = performance.now() + slowMemoryMilliseconds;
  }

  /** Whether it kept a thread for too long lately. */
  get slow(): boolean {
    return performance.now() < this.#slowUntil;
  }

  /** Takes note of a worker that crashed while it evaluated this policy. */
  crashed(): void {
    const now = performance.now();
    this.#crashes = this.#crashes.filter((at) => now - at < crashMemoryMilliseconds);
    this.#crashes.push(now);
    if (this.#crashes.length < maximumCrashes) return;
    this.#crashes = [];
    this.#pausedUntil = now + crashPauseMilliseconds;
  }

  /** Whether it crashed so often that its reviews are refused for a while. */
  get paused(): boolean {
    return performance.now() < this.#pausedUntil;
  }
}
