import type { HostRequest } from '@kubewarden/evaluator';
import type { Call, Reply, Task, ToWorker } from '../protocol.ts';
import type { PolicyRecord } from './policy-record.ts';

/** How a job came to its end. */
export type JobEnd =
  | { readonly kind: 'replied'; readonly reply: Reply }
  | { readonly kind: 'deadline' }
  /** The queue is full. */
  | { readonly kind: 'overloaded' }
  /** Nothing that the policy has to answer for: its worker crashed, or the pool was closed. */
  | { readonly kind: 'lost'; readonly reason: string };

/** A request of a job's guest to its host. */
export interface HostCall {
  readonly job: Job;
  readonly call: Call;
  readonly request: HostRequest;
  /** Takes the answer to the worker whose guest waits for it. */
  readonly post: (message: ToWorker) => void;
}

interface JobOrder {
  readonly task: Task;
  readonly policy: PolicyRecord;
  /** Milliseconds from its start; undefined for no limit. */
  readonly deadline: number | undefined;
  /** The lane whose worker has to do it; undefined for any. */
  readonly lane: number | undefined;
  readonly settle: (end: JobEnd) => void;
}

/** Something that a worker is to do, from its submission to its end. */
export class Job {
  readonly task: Task;
  readonly policy: PolicyRecord;
  readonly deadline: number | undefined;
  readonly lane: number | undefined;
  readonly #settle: (end: JobEnd) => void;

  readonly submitted = performance.now();
  /** Watchdog time at which the job was first seen to have been started. */
  started: number | undefined;
  /** Watchdog time at which it was given to a worker. */
  dispatched = 0;
  slot = -1;
  /** Its guest waits for the host, or sleeps. */
  suspended = false;
  /** Its guest has waited, so that the time it took says nothing of its work. */
  waited = false;
  /** Milliseconds that it is expected to keep its thread. */
  expected = 0;
  /** Host calls that the owner has not answered yet. */
  readonly hostCalls = new Set<HostCall>();
  /** Times that its worker ended while it was being evaluated; times that it had the thread in that moment. */
  losses = 0;
  crashes = 0;

  constructor({ task, policy, deadline, lane, settle }: JobOrder) {
    this.task = task;
    this.policy = policy;
    this.deadline = deadline;
    this.lane = lane;
    this.#settle = settle;
  }

  end(end: JobEnd): void {
    this.#settle(end);
  }

  /** Whether its time is over. */
  exceeded(now: number): boolean {
    return this.deadline !== undefined && this.started !== undefined && now - this.started >= this.deadline;
  }
}
