import { warmUpMilliseconds } from './bounds.ts';
import { warmUpFailure } from './job-results.ts';
import type { JobEnd } from './scheduler/job.ts';
import type { PolicyTarget } from './targets.ts';

/** A policy that a worker could not run on made-up reviews. */
export interface WarmUpFailure {
  readonly policyId: string;
  readonly reason: string;
}

/**
 * Lets every lane run every policy on made-up reviews. The first lane goes ahead, so that a policy that kills its
 * worker does so once; the others leave out what failed there, and profit from the code that V8 has compiled.
 *
 * Ends early when it takes long: policies that are left out are merely slower at first.
 *
 * @param now - milliseconds of a clock that does not go back
 * @param warm - runs one policy on the worker of one lane
 */
export async function warmUpPolicies(
  lanes: number,
  policies: readonly PolicyTarget[],
  warm: (lane: number, target: PolicyTarget) => Promise<JobEnd>,
  now: () => number = () => performance.now(),
): Promise<readonly WarmUpFailure[]> {
  const failures = new Map<string, string>();
  const end = now() + warmUpMilliseconds;
  const warmLane = async (lane: number): Promise<void> => {
    for (const target of policies) {
      const { id } = target.policy;
      if (failures.has(id)) continue;
      if (now() >= end) return;
      const reason = warmUpFailure(await warm(lane, target));
      if (reason !== undefined) failures.set(id, reason);
    }
  };
  await warmLane(0);
  await Promise.all(Array.from({ length: lanes - 1 }, (_, index) => warmLane(index + 1)));
  return [...failures].map(([policyId, reason]) => ({ policyId, reason }));
}
