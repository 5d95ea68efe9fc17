import type { HostAnswerer, PolicyLog, PolicyModule } from '@kubewarden/evaluator';
import type { FailedPolicy, PooledGroup, PooledPolicy } from './policies.ts';

export interface EvaluationPoolOptions {
  /** Threads that evaluate; at least 1. */
  readonly workers: number;
  readonly modules: readonly PolicyModule[];
  readonly policies: readonly (PooledPolicy | PooledGroup | FailedPolicy)[];
  /** Answers host calls, on the thread that owns the pool. */
  readonly answer: HostAnswerer;
  readonly log: PolicyLog;
  /** Reviews that may wait for a worker; one more is refused at once. Default 1,024. */
  readonly queueLimit?: number;
  /** Bound on instantiation, initialisation and settings validation at start. Default 30,000. */
  readonly startMilliseconds?: number;
}

/** A moment's state of a pool, for metrics. */
export interface PoolStatistics {
  readonly workers: number;
  readonly queued: number;
  readonly running: number;
  /** Reviews whose guest waits for the host. */
  readonly suspended: number;
  /** Workers that had to be terminated since the start. */
  readonly terminated: number;
  /** Reviews given to another worker since the start, because theirs was terminated. */
  readonly redispatched: number;
  /** Reviews refused because the queue was full. */
  readonly refused: number;
}
