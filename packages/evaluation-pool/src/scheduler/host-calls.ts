import { HostChannelError, type HostAnswerer } from '@kubewarden/evaluator';
import {
  maximumHostAnswerBytes,
  maximumHostCalls,
  maximumHostCallsOfPolicy,
  maximumWaitingHostCalls,
  maximumWaitingHostCallsOfPolicy,
} from '../bounds.ts';
import { ownBytes } from '../bytes.ts';
import type { ToWorker } from '../protocol.ts';
import type { HostCall, Job } from './job.ts';

/** Text of the original for a full channel between guests and those who answer them. */
const channelFull = 'Error sending request over callback channel: no available capacity';

/** Answers the guests' host calls on the thread that owns the pool, so many at a time. */
export class HostCallDesk {
  readonly #answer: HostAnswerer;
  readonly #answering = new Set<HostCall>();
  readonly #waiting = new Set<HostCall>();

  constructor(answer: HostAnswerer) {
    this.#answer = answer;
  }

  /** Sees to it that a call is answered, unless it is {@link drop dropped} before. */
  take(call: HostCall): void {
    call.job.hostCalls.add(call);
    if (this.#mayServe(call)) void this.#serve(call);
    else if (this.#mayWait(call)) this.#waiting.add(call);
    else this.#finish(call, ['unreachable', call.call, channelFull]);
  }

  /** Forgets the calls of a job that has ended or lost its worker; their answers reach nobody. */
  drop(job: Job): void {
    for (const call of job.hostCalls) this.#waiting.delete(call);
    for (const call of job.hostCalls) this.#release(call);
  }

  /** One policy alone does not get everything. */
  #mayServe({ job: { policy } }: HostCall): boolean {
    return this.#answering.size < maximumHostCalls && policy.hostCalls < maximumHostCallsOfPolicy;
  }

  #mayWait({ job: { policy } }: HostCall): boolean {
    if (this.#waiting.size >= maximumWaitingHostCalls) return false;
    const own = [...this.#waiting].filter(({ job }) => job.policy === policy).length;
    return own < maximumWaitingHostCallsOfPolicy;
  }

  async #serve(call: HostCall): Promise<void> {
    this.#answering.add(call);
    call.job.policy.hostCalls += 1;
    let message: ToWorker;
    try {
      const payload = await this.#answer(call.request, { policyId: call.job.policy.id });
      message =
        payload.byteLength > maximumHostAnswerBytes
          ? ['refusal', call.call, [tooLarge(payload.byteLength)]]
          : ['answer', call.call, ownBytes(payload)];
    } catch (error) {
      message =
        error instanceof HostChannelError
          ? ['unreachable', call.call, error.message]
          : ['refusal', call.call, messagesOf(error)];
    }
    this.#finish(call, message);
  }

  #finish(call: HostCall, message: ToWorker): void {
    if (!call.job.hostCalls.has(call)) return;
    this.#release(call);
    call.post(message);
  }

  #release(call: HostCall): void {
    call.job.hostCalls.delete(call);
    this.#waiting.delete(call);
    if (!this.#answering.delete(call)) return;
    call.job.policy.hostCalls -= 1;
    for (const next of this.#waiting) {
      if (!this.#mayServe(next)) continue;
      this.#waiting.delete(next);
      void this.#serve(next);
      return;
    }
  }
}

function tooLarge(bytes: number): string {
  return `the answer has ${bytes} bytes, more than the ${maximumHostAnswerBytes} that a policy can be given`;
}

/** The messages of an error and its causes; errors themselves would not survive the way to the worker. */
function messagesOf(error: unknown): readonly string[] {
  const messages: string[] = [];
  let link = error;
  while (link instanceof Error && messages.length <= maximumCauses) {
    messages.push(link.message);
    link = link.cause;
  }
  return messages;
}

/** As many as guests are told of. */
const maximumCauses = 16;
