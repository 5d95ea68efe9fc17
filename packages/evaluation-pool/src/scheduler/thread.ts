import type { Worker } from 'node:worker_threads';
import { maximumAhead, maximumSuspended } from '../bounds.ts';
import { ThreadControl } from '../control.ts';
import type { Run, ToOwner, ToWorker, WorkerSetup } from '../protocol.ts';
import type { Job } from './job.ts';

/** Makes the worker of a thread; a parameter so that tests can hold on to workers. */
export type SpawnWorker = (setup: WorkerSetup) => Worker;

export interface ThreadListener {
  message(thread: PoolThread, message: ToOwner): void;
  /** All messages of a batch were passed on. */
  batchDone(): void;
  /** The worker ended although nobody asked it to. */
  crashed(thread: PoolThread, error: Error): void;
}

/** The owner's side of a worker: what it was given, and what it is seen to do. */
export class PoolThread {
  /** Its place in the pool; the worker that replaces it gets the same. */
  readonly lane: number;
  readonly control = new ThreadControl();
  /** The jobs that it has to reply to. */
  readonly jobs = new Map<Run, Job>();
  /** Runs that were answered without it, and whose guests have not come to an end yet. */
  readonly abandoned = new Set<Run>();
  ready = false;
  /** One job has had the thread for so long that others should not wait behind it. */
  occupied = false;
  /** Jobs whose guests wait for the host, and the milliseconds that the others are expected to take. */
  suspended = 0;
  load = 0;
  /** What the watchdog saw last, and since when it sees it. */
  seen: { readonly run: Run; readonly turn: number; readonly since: number } = { run: 0, turn: 0, since: 0 };

  readonly #worker: Worker;
  #outbox: ToWorker[] = [];
  #flushScheduled = false;
  #lastRun: Run = 0;
  #ended = false;

  constructor(
    lane: number,
    spawn: SpawnWorker,
    setup: Omit<WorkerSetup, 'control'>,
    listener: ThreadListener,
  ) {
    this.lane = lane;
    this.#worker = spawn({ ...setup, control: this.control.buffer });
    this.#worker.on('message', (messages: readonly ToOwner[]) => {
      for (const message of messages) {
        if (this.#ended) return;
        listener.message(this, message);
      }
      listener.batchDone();
    });
    const crashed = (error: Error): void => {
      if (this.#ended) return;
      this.#ended = true;
      listener.crashed(this, error);
    };
    this.#worker.on('error', (error: Error) => crashed(error));
    this.#worker.on('messageerror', (error) => crashed(error));
    this.#worker.on('exit', (code) => crashed(new Error(`the worker exited with code ${code}`)));
  }

  /** Jobs that it was given and whose guests do not wait. */
  get running(): number {
    return this.jobs.size - this.suspended;
  }

  /**
   * Whether it can be given one more job. Only policies whose guests are known to wait need a place for waiting
   * guests, so that an unresponsive cluster does not keep the others from being evaluated.
   */
  hasRoomFor({ policy }: Job): boolean {
    if (!this.ready || this.occupied || this.running >= maximumAhead) return false;
    return !policy.waits || this.suspended < maximumSuspended;
  }

  /** Gives it a job, to be done after those that it was given before. It must have {@link hasRoomFor room}. */
  give(job: Job): void {
    const run = this.#nextRun();
    const slot = this.control.offer(run);
    if (slot === -1) throw new Error('a worker was given more jobs than it has slots for');
    job.slot = slot;
    job.expected = job.policy.expected;
    job.policy.running += 1;
    this.jobs.set(run, job);
    this.load += job.expected;
    this.post(['run', run, slot, job.task]);
  }

  /** Takes a job off its books. */
  remove(run: Run, job: Job): void {
    this.jobs.delete(run);
    if (job.suspended) {
      job.suspended = false;
      job.policy.suspended -= 1;
      this.suspended -= 1;
    } else {
      job.policy.running -= 1;
      this.#lighten(job);
    }
  }

  /** Takes note that a job's guest waits. */
  suspend(job: Job): void {
    if (job.suspended) return;
    job.suspended = true;
    job.waited = true;
    job.policy.running -= 1;
    job.policy.suspended += 1;
    job.policy.waits = true;
    this.suspended += 1;
    this.#lighten(job);
  }

  /** Takes note that a job's guest goes on. */
  resume(job: Job): void {
    if (!job.suspended) return;
    job.suspended = false;
    job.policy.running += 1;
    job.policy.suspended -= 1;
    this.suspended -= 1;
    this.load += job.expected;
  }

  /** Sends a message, together with all others of this turn of the event loop. */
  post(message: ToWorker): void {
    this.#outbox.push(message);
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      const messages = this.#outbox;
      this.#outbox = [];
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker is no window
      if (!this.#ended) this.#worker.postMessage(messages);
    });
  }

  /** Ends the worker, whatever it does; nothing that it said is heard any more. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #lighten(job: Job): void {
    // Sums of floating-point numbers do not come back to zero by themselves.
    this.load = this.running === 0 ? 0 : Math.max(0, this.load - job.expected);
  }

  /** Never 0, which means that there is none. */
  #nextRun(): Run {
    this.#lastRun = this.#lastRun === 0x7fff_ffff ? 1 : this.#lastRun + 1;
    return this.#lastRun;
  }
}
