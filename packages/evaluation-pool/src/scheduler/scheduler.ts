import type { HostAnswerer, PolicyLog } from '@kubewarden/evaluator';
import { maximumLosses } from '../bounds.ts';
import type { PoolStatistics } from '../options.ts';
import type { HostCallOrder, Reply, Run, ToOwner, WorkerSetup } from '../protocol.ts';
import { Crew } from './crew.ts';
import { mayRun, threadFor } from './dispatch.ts';
import { HostCallDesk } from './host-calls.ts';
import type { Job, JobEnd } from './job.ts';
import { JobQueue } from './queue.ts';
import type { PoolThread, SpawnWorker } from './thread.ts';
import { Watchdog } from './watchdog.ts';

export interface SchedulerOptions {
  readonly workers: number;
  readonly setup: Omit<WorkerSetup, 'control'>;
  readonly queueLimit: number;
  readonly answer: HostAnswerer;
  readonly log: PolicyLog;
  readonly spawn: SpawnWorker;
}

/**
 * Gives jobs to workers and sees to it that each comes to exactly one end: the worker's reply, the end of its time,
 * or the statement that it was refused or lost.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #crew: Crew;
  readonly #queue = new JobQueue();
  readonly #desk: HostCallDesk;
  readonly #watchdog: Watchdog;
  readonly #counters = { terminated: 0, redispatched: 0, refused: 0 };
  #closed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#desk = new HostCallDesk(options.answer);
    this.#crew = new Crew(options.workers, options.spawn, options.setup, {
      message: (thread, message) => this.#hear(thread, message),
      batchDone: () => this.#dispatch(),
      crashed: (thread, error) => this.#crashed(thread, error),
    });
    this.#watchdog = new Watchdog(() => this.#crew.threads, {
      stop: (thread, run) => this.#stop(thread, run),
      expire: (thread, run, job) => {
        this.#abandon(thread, run, job);
        this.#end(job, { kind: 'deadline' });
      },
      rescue: (thread, run, job) => {
        this.#abandon(thread, run, job);
        this.#redispatch([job]);
      },
      relieve: (thread, run) => this.#relieve(thread, run),
      replace: (thread) => this.#replace(thread),
    });
  }

  /** @throws PoolStartError */
  start(milliseconds: number): Promise<void> {
    return this.#crew.start(milliseconds);
  }

  /** Takes a job; it ends at once when there is no room for it. */
  submit(job: Job): void {
    if (this.#closed) {
      job.end({ kind: 'lost', reason: closedReason });
    } else if (job.policy.paused) {
      job.end({ kind: 'lost', reason: 'the policy crashed its worker too often' });
    } else if (this.#overdrawn(job)) {
      this.#refuse(job);
    } else {
      this.#queue.add(job);
      this.#dispatch();
      if (this.#queue.length <= this.#options.queueLimit || !this.#queue.endsWith(job)) return;
      this.#queue.take(job);
      this.#refuse(job);
    }
  }

  /** Milliseconds since a job was seen to have been started, 0 if it never was. */
  age({ started }: Job): number {
    return started === undefined ? 0 : this.#watchdog.now - started;
  }

  statistics(): PoolStatistics {
    const threads = this.#crew.threads;
    return {
      workers: threads.filter(({ ready }) => ready).length,
      queued: this.#queue.length,
      running: threads.reduce((sum, { running }) => sum + running, 0),
      suspended: threads.reduce((sum, { suspended }) => sum + suspended, 0),
      ...this.#counters,
    };
  }

  /** Ends all workers; the jobs in flight are lost. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#watchdog.close();
    const left = [...this.#queue.clear()];
    for (const thread of this.#crew.threads) left.push(...this.#strip(thread));
    const ended = this.#crew.close();
    for (const job of left) this.#end(job, { kind: 'lost', reason: closedReason });
    await ended;
  }

  /** A slow policy may not take the whole queue. */
  #overdrawn({ policy }: Job): boolean {
    return policy.slow && policy.waiting >= Math.max(1, Math.ceil(this.#options.queueLimit / 2));
  }

  #refuse(job: Job): void {
    this.#counters.refused += 1;
    job.end({ kind: 'overloaded' });
  }

  #dispatch(): void {
    const { threads } = this.#crew;
    for (;;) {
      const job = this.#queue.first((job) => mayRun(job, threads));
      const thread = job && threadFor(job, threads);
      if (job === undefined || thread === undefined) return;
      this.#queue.take(job);
      this.#give(thread, job);
    }
  }

  #give(thread: PoolThread, job: Job): void {
    this.#watchdog.wake();
    job.started = undefined;
    job.waited = false;
    job.dispatched = this.#watchdog.now;
    thread.give(job);
  }

  #hear(thread: PoolThread, message: ToOwner): void {
    switch (message[0]) {
      case 'ready':
        return this.#crew.markReady(thread);
      case 'log':
        return this.#options.log(message[1]);
      case 'done':
        return this.#done(thread, message[1], message[2]);
      case 'suspended':
        return this.#suspended(thread, message[1], message[2]);
    }
  }

  #suspended(thread: PoolThread, run: Run, calls: readonly HostCallOrder[]): void {
    this.#progress(thread);
    const job = thread.jobs.get(run);
    if (job === undefined) return;
    job.started ??= this.#watchdog.now;
    thread.suspend(job);
    for (const [call, request] of calls) {
      this.#desk.take({
        job,
        call,
        request,
        post: (message) => {
          thread.resume(job);
          thread.post(message);
        },
      });
    }
  }

  /** A worker has got somewhere. */
  #progress(thread: PoolThread): void {
    thread.occupied = false;
    this.#crew.proved(thread);
  }

  #done(thread: PoolThread, run: Run, reply: Reply): void {
    this.#progress(thread);
    thread.abandoned.delete(run);
    const job = thread.jobs.get(run);
    if (job === undefined) return;
    thread.remove(run, job);
    if (reply[0] === 'answered' && !job.waited) job.policy.took(reply[2]);
    this.#end(job, { kind: 'replied', reply });
  }

  #end(job: Job, end: JobEnd): void {
    this.#desk.drop(job);
    job.end(end);
  }

  /** Takes a job from a worker that goes on with it nevertheless. */
  #abandon(thread: PoolThread, run: Run, job: Job): void {
    this.#desk.drop(job);
    thread.remove(run, job);
    thread.abandoned.add(run);
    thread.post(['abandon', run]);
  }

  #redispatch(jobs: readonly Job[]): void {
    this.#counters.redispatched += jobs.length;
    this.#queue.putBack(jobs);
    this.#dispatch();
  }

  /** What has not been started, or is done without the owner knowing, is done by another worker. */
  #relieve(thread: PoolThread, active: Run): void {
    const jobs: Job[] = [];
    for (const [run, job] of thread.jobs) {
      if (run === active || job.suspended || job.waited) continue;
      thread.control.claim(job.slot, run);
      thread.remove(run, job);
      jobs.push(job);
    }
    if (jobs.length > 0) this.#redispatch(jobs);
  }

  #stop(thread: PoolThread, run: Run): void {
    const job = thread.jobs.get(run);
    if (job !== undefined) thread.remove(run, job);
    this.#replace(thread);
    if (job !== undefined) this.#end(job, { kind: 'deadline' });
  }

  #replace(thread: PoolThread): void {
    this.#counters.terminated += 1;
    this.#crew.replace(thread);
    this.#recover(this.#strip(thread));
  }

  #crashed(thread: PoolThread, error: Error): void {
    this.#counters.terminated += 1;
    const run = thread.control.active;
    const suspect = thread.jobs.get(run);
    if (suspect !== undefined) this.#crew.proved(thread);
    this.#crew.restart(thread, error);
    if (suspect === undefined) {
      this.#recover(this.#strip(thread));
      return;
    }
    suspect.crashes += 1;
    suspect.policy.crashed();
    const guilty = suspect.crashes > maximumCrashesOfJob || isOutOfMemory(error);
    if (guilty) thread.remove(run, suspect);
    this.#recover(this.#strip(thread));
    if (guilty) this.#end(suspect, { kind: 'lost', reason: `the worker crashed: ${error.message}` });
  }

  /** Takes all jobs from a worker that has ended. */
  #strip(thread: PoolThread): readonly Job[] {
    const jobs = [...thread.jobs.values()];
    for (const [run, job] of thread.jobs) {
      this.#desk.drop(job);
      if (!thread.control.waits(job.slot, run)) job.losses += 1;
      thread.remove(run, job);
    }
    thread.abandoned.clear();
    return jobs;
  }

  /** Gives jobs whose worker has ended to others. */
  #recover(jobs: readonly Job[]): void {
    const lost = jobs.filter(({ losses }) => losses > maximumLosses);
    this.#redispatch(jobs.filter((job) => !lost.includes(job)));
    for (const job of lost) this.#end(job, { kind: 'lost', reason: 'its worker ended too often' });
  }
}

/** A job that had the thread when its worker crashed is tried once more: it may have been another's fault. */
const maximumCrashesOfJob = 1;

const closedReason = 'the evaluation pool is closed';

function isOutOfMemory(error: Error): boolean {
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
