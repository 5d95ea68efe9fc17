import { deadlineExceeded, settingsDeadlineExceeded } from '@kubewarden/evaluator';
import { rejection, type AdmissionResponse, type SettingsValidationResponse } from '@kubewarden/policy';
import { defaultQueueLimit, defaultStartMilliseconds } from './bounds.ts';
import { ownBytes } from './bytes.ts';
import { PoolStartError, UnknownPolicyError } from './errors.ts';
import { reviewGroup } from './group-review.ts';
import type { EvaluationPoolOptions, PoolStatistics } from './options.ts';
import type { ReviewJob, ReviewOutcome, ReviewSummary } from './outcome.ts';
import type { Reply, Task } from './protocol.ts';
import { rejectionFor } from './rejections.ts';
import { answerReview, decodeReview, summarize } from './review.ts';
import { Job, type JobEnd } from './scheduler/job.ts';
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

/** How a job ended, and what it took: milliseconds in the queue (and on the way) and in the evaluation. */
interface Finished {
  readonly end: JobEnd;
  readonly queue: number;
  readonly evaluation: number;
}

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
    const target = this.#targets.get(job.policyId);
    return target?.kind === 'policy' ? this.#evaluatePolicy(job, target) : this.#evaluateOther(job, target);
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
    switch (end.kind) {
      case 'deadline':
        return settingsDeadlineExceeded(target.module.executionMode);
      case 'overloaded':
        return { valid: false, message: 'too many reviews are waiting' };
      case 'lost':
        return { valid: false, message: end.reason };
      case 'replied':
        if (end.reply[0] === 'settings') return end.reply[1];
        return { valid: false, message: failureOf(end.reply) };
    }
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
  close(graceMilliseconds: number): Promise<void> {
    return this.#scheduler.close(graceMilliseconds);
  }

  get #startMilliseconds(): number {
    return this.#options.startMilliseconds ?? defaultStartMilliseconds;
  }

  async #evaluatePolicy({ body, endpoint }: ReviewJob, target: PolicyTarget): Promise<ReviewOutcome> {
    const task = ['review', target.index, endpoint, ownBytes(body)] as const;
    const { end, queue, evaluation } = await this.#run(task, target, target.policy.deadlineMilliseconds);
    if (end.kind !== 'replied') {
      const input = decodeReview(endpoint, body);
      if (input.kind === 'malformed') return input;
      const request = summarize(input);
      const response = rejectionFor(end, request.uid, endpoint, target.module.executionMode);
      return {
        kind: 'answered',
        ...answerReview(response, endpoint, target.policy, this.#options.log),
        request,
        evaluationMilliseconds: evaluation,
        queueMilliseconds: queue,
      };
    }
    const { reply } = end;
    if (reply[0] === 'malformed') return { kind: 'malformed', status: reply[1], message: reply[2] };
    if (reply[0] !== 'answered') return { kind: 'failed', error: failureOf(reply) };
    return {
      kind: 'answered',
      body: reply[1],
      verdict: reply[2],
      answer: reply[3],
      request: reply[4],
      evaluationMilliseconds: evaluation,
      queueMilliseconds: queue,
    };
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
    let evaluationMilliseconds = 0;
    let queueMilliseconds = 0;
    const response = await reviewGroup(target, request.uid, async (member) => {
      const task = ['member', member.index, endpoint, bytes] as const;
      const { end, queue, evaluation } = await this.#run(task, member, member.policy.deadlineMilliseconds);
      evaluationMilliseconds += evaluation;
      queueMilliseconds += queue;
      return memberResponse(end, request.uid, member);
    });
    return {
      kind: 'answered',
      ...answerReview(response, endpoint, target.group, this.#options.log),
      request,
      evaluationMilliseconds,
      queueMilliseconds,
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
          const evaluation = Math.min(total, evaluationOf(end) ?? this.#scheduler.age(job));
          resolve({ end, evaluation, queue: total - evaluation });
        },
      });
      this.#scheduler.submit(job);
    });
  }
}

/** Milliseconds of the evaluation, where the worker has told them. */
function evaluationOf(end: JobEnd): number | undefined {
  if (end.kind !== 'replied') return undefined;
  switch (end.reply[0]) {
    case 'answered':
      return end.reply[5];
    case 'member':
      return end.reply[2];
    default:
      return 0;
  }
}

/** A deadline is the member's own failure; what it cannot help fails the group. */
function memberResponse(end: JobEnd, uid: string, { module }: PolicyTarget): AdmissionResponse {
  switch (end.kind) {
    case 'deadline':
      return deadlineExceeded(module.executionMode, uid);
    case 'overloaded':
      throw new Error('too many reviews are waiting');
    case 'lost':
      throw new Error(end.reason);
    case 'replied':
      if (end.reply[0] === 'member') return end.reply[1];
      throw new Error(failureOf(end.reply));
  }
}

function failureOf(reply: Reply): string {
  return reply[0] === 'failed' ? reply[1] : `unexpected reply of a worker: ${reply[0]}`;
}
