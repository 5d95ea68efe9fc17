import { rejection, type SettingsValidationResponse } from '@kubewarden/policy';
import { defaultQueueLimit, defaultStartMilliseconds } from './bounds.ts';
import { ownBytes } from './bytes.ts';
import { PoolStartError, UnknownPolicyError } from './errors.ts';
import { reviewGroup } from './group-review.ts';
import { InFlight } from './in-flight.ts';
import type { EvaluationPoolOptions, PoolStatistics } from './options.ts';
import type { ReviewJob, ReviewOutcome, ReviewSummary } from './outcome.ts';
import {
  evaluationMilliseconds,
  memberResponse,
  reviewOutcome,
  settingsResponse,
  type Finished,
} from './job-results.ts';
import type { Task } from './protocol.ts';
import { answerReview, decodeReview, summarize } from './review.ts';
import { Job } from './scheduler/job.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { spawnWorker } from './scheduler/spawn.ts';
import type { SpawnWorker } from './scheduler/thread.ts';
import {
  resolveTargets,
  type FailedTarget,
  type GroupTarget,
  type PolicyTarget,
  type Target,
} from './targets.ts';
import { warmUpPolicies, type WarmUpFailure } from './warm-up.ts';

/**
 * Worker threads that evaluate reviews.
 *
 * Every method may be called at any time and from any number of callers; nothing but {@link start} and
 * {@link validateSettings} (for an id that the pool does not know) ever rejects.
 */
export class EvaluationPool {
  readonly #options: EvaluationPoolOptions;
  readonly #targets: ReadonlyMap<string, Target>;
  readonly #scheduler: Scheduler;
  readonly #inFlight = new InFlight();
  #closing = false;

  private constructor(
    options: EvaluationPoolOptions,
    targets: ReadonlyMap<string, Target>,
    scheduler: Scheduler,
  ) {
    this.#options = options;
    this.#targets = targets;
    this.#scheduler = scheduler;
  }

  /**
   * Starts the workers and waits until each is ready to take reviews.
   *
   * @param spawn - makes a worker; only tests have a reason to pass their own
   * @throws PoolStartError when a group expression is not valid, a policy names an unknown module, an id is used
   *   twice, or a worker cannot be started
   */
  static async start(
    options: EvaluationPoolOptions,
    spawn: SpawnWorker = spawnWorker,
  ): Promise<EvaluationPool> {
    const { workers, modules, answer, log, queueLimit = defaultQueueLimit } = options;
    if (!Number.isInteger(workers) || workers < 1)
      throw new PoolStartError('a pool needs at least one worker');
    const targets = resolveTargets(modules, options.policies);
    const policies = options.policies
      .filter((policy) => policy.kind === 'policy')
      .map((policy) => ({ ...policy, settings: ownBytes(policy.settings) }));
    const setup = { modules, policies };
    const scheduler = new Scheduler({ workers, setup, queueLimit, answer, log, spawn });
    await scheduler.start(options.startMilliseconds ?? defaultStartMilliseconds);
    return new EvaluationPool(options, targets, scheduler);
  }

  /**
   * Evaluates one review.
   *
   * Resolves with an outcome always; what goes wrong (deadline, crash, overload, closed pool) is an outcome too.
   */
  evaluate(job: ReviewJob): Promise<ReviewOutcome> {
    if (this.#closing) return Promise.resolve({ kind: 'failed', error: 'the evaluation pool is closed' });
    const target = this.#targets.get(job.policyId);
    return this.#inFlight.track(() =>
      target?.kind === 'policy' ? this.#evaluatePolicy(job, target) : this.#evaluateOther(job, target),
    );
  }

  /**
   * Asks a policy whether it accepts its settings, under the policy's deadline (or `startMilliseconds` when it
   * has none). A policy that exceeds it, crashes or cannot be instantiated has invalid settings.
   *
   * @param policyId - `name` or `group/member`; for a `FailedPolicy` the answer is invalid with its reason
   * @throws UnknownPolicyError for an id that is no policy of the pool; groups have no settings of their own
   */
  async validateSettings(policyId: string): Promise<SettingsValidationResponse> {
    const target = this.#targets.get(policyId);
    if (target?.kind === 'failed' && target.policy.kind === 'failed') {
      return { valid: false, message: target.reason };
    }
    if (target?.kind !== 'policy') throw new UnknownPolicyError(policyId);
    const deadline = target.policy.deadlineMilliseconds ?? this.#startMilliseconds;
    const { end } = await this.#run(['settings', target.index], target, deadline);
    return settingsResponse(end, target);
  }

  /**
   * Lets every worker instantiate every policy and evaluate two made-up reviews with it, so that the first real
   * review finds compiled code. Bounded by the policies' deadlines.
   *
   * @returns the policies that could not be warmed up and why; they stay in service
   */
  warmUp(): Promise<readonly WarmUpFailure[]> {
    const policies = [...this.#targets.values()].filter((target) => target.kind === 'policy');
    return warmUpPolicies(this.#options.workers, policies, async (lane, target) => {
      const deadline = target.policy.deadlineMilliseconds ?? this.#startMilliseconds;
      const { end } = await this.#run(['warm-up', target.index], target, deadline, lane);
      return end;
    });
  }

  /** The pool's state at this moment. */
  statistics(): PoolStatistics {
    return this.#scheduler.statistics();
  }

  /**
   * Refuses new reviews, waits for those in flight, then ends the workers. Reviews that are not answered when the
   * grace is over are answered with an internal error.
   *
   * @param graceMilliseconds - how long to wait for reviews in flight
   */
  async close(graceMilliseconds: number): Promise<void> {
    this.#closing = true;
    await this.#inFlight.drain(graceMilliseconds);
    await this.#scheduler.close();
  }

  get #startMilliseconds(): number {
    return this.#options.startMilliseconds ?? defaultStartMilliseconds;
  }

  async #evaluatePolicy(job: ReviewJob, target: PolicyTarget): Promise<ReviewOutcome> {
    const task = ['review', target.index, job.endpoint, ownBytes(job.body)] as const;
    const finished = await this.#run(task, target, target.policy.deadlineMilliseconds);
    return reviewOutcome(finished, job, target, this.#options.log);
  }

  /** Everything but a single policy: the body is decoded here, on the owner's thread. */
  async #evaluateOther(
    job: ReviewJob,
    target: GroupTarget | FailedTarget | undefined,
  ): Promise<ReviewOutcome> {
    const input = decodeReview(job.endpoint, job.body);
    if (input.kind === 'malformed') return input;
    const request = summarize(input);
    if (target === undefined) return { kind: 'unknown-policy' };
    if (target.kind === 'group') return this.#evaluateGroup(job, target, request);
    return {
      kind: 'answered',
      // A policy that never ran is no matter of its mode: its reviews are rejected in monitor mode, too.
      ...answerReview(rejection(request.uid, target.reason, 500), job.endpoint, undefined, this.#options.log),
      request,
      evaluationMilliseconds: 0,
      queueMilliseconds: 0,
      initializationError: target.reason,
    };
  }

  async #evaluateGroup(
    { endpoint, body }: ReviewJob,
    target: GroupTarget,
    request: ReviewSummary,
  ): Promise<ReviewOutcome> {
    const bytes = ownBytes(body);
    let evaluationSum = 0;
    let queueSum = 0;
    const response = await reviewGroup(target, request.uid, async (member) => {
      const task = ['member', member.index, endpoint, bytes] as const;
      const { end, queue, evaluation } = await this.#run(task, member, member.policy.deadlineMilliseconds);
      evaluationSum += evaluation;
      queueSum += queue;
      return memberResponse(end, request.uid, member);
    });
    return {
      kind: 'answered',
      ...answerReview(response, endpoint, target.group, this.#options.log),
      request,
      evaluationMilliseconds: evaluationSum,
      queueMilliseconds: queueSum,
    };
  }

  #run(task: Task, { record }: PolicyTarget, deadline: number | undefined, lane?: number): Promise<Finished> {
    const submitted = performance.now();
    return new Promise((resolve) => {
      const job = new Job({
        task,
        policy: record,
        deadline,
        lane,
        settle: (end) => {
          const total = performance.now() - submitted;
          const evaluation = Math.min(total, evaluationMilliseconds(end) ?? this.#scheduler.age(job));
          resolve({ end, evaluation, queue: total - evaluation });
        },
      });
      this.#scheduler.submit(job);
    });
  }
}
