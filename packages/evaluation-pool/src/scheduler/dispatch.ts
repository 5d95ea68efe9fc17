import {
  aheadMilliseconds,
  maximumSuspended,
  packMilliseconds,
  slowPatienceMilliseconds,
} from '../bounds.ts';
import type { Job } from './job.ts';
import type { PoolThread } from './thread.ts';

/* Which job may be given to a worker now, and to which one. */

/**
 * Whether a job may be given to a worker at all. A policy that is known to be slow leaves one worker to the others,
 * and one whose guests wait leaves others half of the places for waiting guests.
 */
export function mayRun(job: Job, threads: readonly PoolThread[]): boolean {
  const { policy, lane } = job;
  if (lane !== undefined && threads[lane]?.hasRoomFor(job) !== true) return false;
  if (policy.suspended >= (threads.length * maximumSuspended) / 2) return false;
  if (!policy.slow || threads.length === 1) return true;
  if (policy.running < threads.filter(({ ready }) => ready).length - 1) return true;
  // Successors of workers that ended are soon ready; but when they are not, nobody waits for them for ever.
  return policy.running === 0 && performance.now() - job.submitted > slowPatienceMilliseconds;
}

/** A busy worker with little to do, else an idle one, else the one that will have done its work first. */
export function threadFor(job: Job, threads: readonly PoolThread[]): PoolThread | undefined {
  const { lane } = job;
  const { expected } = job.policy;
  if (lane !== undefined) return threads[lane];
  let idle: PoolThread | undefined;
  let least: PoolThread | undefined;
  for (const thread of threads) {
    if (!thread.hasRoomFor(job)) continue;
    if (thread.running === 0) idle ??= thread;
    else if (thread.load + expected <= packMilliseconds) return thread;
    else if (least === undefined || thread.load < least.load) least = thread;
  }
  if (idle !== undefined) return idle;
  return least !== undefined && least.load + expected <= aheadMilliseconds ? least : undefined;
}
