import {
  createHostGate,
  createPolicyRuntime,
  HostCallError,
  systemClock,
  type EvaluationContext,
  type GuestClock,
  type HostAnswerer,
  type PolicyLog,
  type PolicyRuntime,
} from '@kubewarden/evaluator';
import { answeredReply } from '../answered-reply.ts';
import type { PooledPolicy } from '../policies.ts';
import type { Reply, ReviewTask, Run, Task, WorkerSetup } from '../protocol.ts';
import { answerReview, decodeReview, summarize } from '../review.ts';
import type { HostCalls } from './host-calls.ts';
import { boundedLog } from './log-budget.ts';
import { syntheticReviews } from './synthetic-reviews.ts';

/** Does what the owner asks for: evaluates policies in sandboxes of this thread. */
export class Tasks {
  readonly #setup: WorkerSetup;
  readonly #hostCalls: HostCalls;
  readonly #log: PolicyLog;
  readonly #clock: GuestClock;
  /** By digest of the module. */
  readonly #runtimes = new Map<string, PolicyRuntime>();

  constructor(setup: WorkerSetup, hostCalls: HostCalls, log: PolicyLog) {
    this.#setup = setup;
    this.#hostCalls = hostCalls;
    this.#log = log;
    this.#clock = { ...systemClock, sleep: (milliseconds) => hostCalls.sleep(milliseconds) };
  }

  /** Loads what the modules need of the evaluator; before the first task, since no task may wait for it. */
  async prepare(): Promise<void> {
    for (const module of this.#setup.modules) {
      const options = { clock: this.#clock, log: boundedLog(this.#log) };
      this.#runtimes.set(module.digest, await createPolicyRuntime(module, options));
    }
  }

  /** Carries a task out; what goes wrong is a reply as well. */
  async carryOut(run: Run, task: Task): Promise<Reply> {
    try {
      const policy = this.#setup.policies[task[1]];
      if (policy === undefined) throw new Error(`there is no policy ${task[1]}`);
      if (task[0] === 'settings') {
        return ['settings', await this.#runtime(policy).validateSettings(this.#context(run, policy))];
      }
      if (task[0] === 'warm-up') return await this.#warmUp(run, policy);
      return await this.#review(run, policy, task);
    } catch (error) {
      return ['failed', error instanceof Error ? error.message : String(error)];
    }
  }

  async #review(run: Run, policy: PooledPolicy, [kind, , endpoint, body]: ReviewTask): Promise<Reply> {
    const input = decodeReview(endpoint, body);
    if (input.kind === 'malformed') return ['malformed', input.status, input.message];
    const start = performance.now();
    const response = await this.#runtime(policy).validate(input, this.#context(run, policy));
    const milliseconds = performance.now() - start;
    if (kind === 'member') return ['member', response, milliseconds];
    return answeredReply(answerReview(response, endpoint, policy, this.#log), summarize(input), milliseconds);
  }

  /** Reads what the policy reads anyway, but tries nothing in the outside world and logs nothing. */
  async #warmUp(run: Run, policy: PooledPolicy): Promise<Reply> {
    const runtime = this.#runtime(policy);
    const context = this.#context(run, policy, {
      log: () => {},
      answer: (request) => {
        if (
          request.type !== 'KubernetesListResourceAll' &&
          request.type !== 'KubernetesGetResourcePluralName'
        ) {
          throw new HostCallError('not available for the reviews that warm a policy up');
        }
        return this.#hostCalls.ask(run, request);
      },
    });
    for (const request of syntheticReviews())
      await runtime.validate({ kind: 'kubernetes', request }, context);
    return ['warm'];
  }

  #context(
    run: Run,
    { id, settings, permissions }: PooledPolicy,
    host: { readonly answer: HostAnswerer; readonly log: PolicyLog } = {
      answer: (request) => this.#hostCalls.ask(run, request),
      log: boundedLog(this.#log),
    },
  ): EvaluationContext {
    return { policyId: id, settings, gate: createHostGate(permissions, host.answer, host.log) };
  }

  #runtime({ id, module }: PooledPolicy): PolicyRuntime {
    const runtime = this.#runtimes.get(module);
    if (runtime === undefined) throw new Error(`the module of policy '${id}' is not there`);
    return runtime;
  }
}
