import type { SettingsValidationResponse } from '@kubewarden/policy';
import type { EvaluationPoolOptions, PoolStatistics } from './options.ts';
import type { ReviewJob, ReviewOutcome } from './outcome.ts';
import type { WarmUpFailure } from './warm-up.ts';

/**
 * Worker threads that evaluate reviews.
 *
 * Every method may be called at any time and from any number of callers; nothing but {@link start} and
 * {@link validateSettings} (for an id that the pool does not know) ever rejects.
 */
export class EvaluationPool {
  /**
   * Starts the workers and waits until each is ready to take reviews.
   *
   * @throws PoolStartError when a group expression names what is not there, a policy names an unknown module,
   *   an id is used twice, or a worker cannot be started
   */
  static start(options: EvaluationPoolOptions): Promise<EvaluationPool> {
    return Promise.reject(new Error(`not built yet (${options.workers})`));
  }

  /**
   * Evaluates one review.
   *
   * Resolves with an outcome always; what goes wrong (deadline, crash, overload, closed pool) is an outcome too.
   */
  evaluate(job: ReviewJob): Promise<ReviewOutcome> {
    return Promise.reject(new Error(`not built yet (${job.policyId})`));
  }

  /**
   * Asks a policy whether it accepts its settings, under the policy's deadline (or `startMilliseconds` when it
   * has none). A policy that exceeds it, crashes or cannot be instantiated has invalid settings.
   *
   * @param policyId `name` or `group/member`; for a `FailedPolicy` the answer is invalid with its reason
   * @throws UnknownPolicyError for an id that is no policy of the pool; groups have no settings of their own
   */
  validateSettings(policyId: string): Promise<SettingsValidationResponse> {
    return Promise.reject(new Error(`not built yet (${policyId})`));
  }

  /**
   * Lets every worker instantiate every policy and evaluate two made-up reviews with it, so that the first real
   * review finds compiled code. Bounded by the policies' deadlines.
   *
   * @returns the policies that could not be warmed up and why; they stay in service
   */
  warmUp(): Promise<readonly WarmUpFailure[]> {
    return Promise.reject(new Error('not built yet'));
  }

  /** The pool's state at this moment. */
  statistics(): PoolStatistics {
    throw new Error('not built yet');
  }

  /**
   * Refuses new reviews, waits for those in flight, then ends the workers. Reviews that are not answered when the
   * grace is over are answered with an internal error.
   *
   * @param graceMilliseconds how long to wait for reviews in flight
   */
  close(graceMilliseconds: number): Promise<void> {
    return Promise.reject(new Error(`not built yet (${graceMilliseconds})`));
  }
}
