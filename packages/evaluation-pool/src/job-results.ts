import { deadlineExceeded, settingsDeadlineExceeded, type PolicyLog } from '@kubewarden/evaluator';
import { internalError, type AdmissionResponse, type SettingsValidationResponse } from '@kubewarden/policy';
import { answeredOutcome } from './answered-reply.ts';
import type { ReviewEndpoint, ReviewJob, ReviewOutcome } from './outcome.ts';
import type { Reply } from './protocol.ts';
import { answerReview, decodeReview, summarize } from './review.ts';
import type { JobEnd } from './scheduler/job.ts';
import type { PolicyTarget } from './targets.ts';

/* What the end of a job means for whoever waits for it. */

/** How a job ended, and the milliseconds that it took in the queue (and on the way) and in the evaluation. */
export interface Finished {
  readonly end: JobEnd;
  readonly queue: number;
  readonly evaluation: number;
}

type Unanswered = Exclude<JobEnd, { kind: 'replied' }>;

/** Milliseconds of the evaluation; undefined for a job to which no worker has replied. */
export function evaluationMilliseconds(end: JobEnd): number | undefined {
  if (end.kind !== 'replied') return undefined;
  if (end.reply[0] === 'answered') return end.reply[2];
  return end.reply[0] === 'member' ? end.reply[2] : 0;
}

/** The outcome of a review of a single policy. */
export function reviewOutcome(
  { end, queue, evaluation }: Finished,
  job: ReviewJob,
  target: PolicyTarget,
  log: PolicyLog,
): ReviewOutcome {
  if (end.kind === 'replied') return outcomeOfReply(end.reply, queue);
  const input = decodeReview(job.endpoint, job.body);
  if (input.kind === 'malformed') return input;
  const request = summarize(input);
  const response = rejectionFor(end, request.uid, job.endpoint, target);
  return {
    kind: 'answered',
    ...answerReview(response, job.endpoint, target.policy, log),
    request,
    evaluationMilliseconds: evaluation,
    queueMilliseconds: queue,
  };
}

function outcomeOfReply(reply: Reply, queueMilliseconds: number): ReviewOutcome {
  if (reply[0] === 'malformed') return { kind: 'malformed', status: reply[1], message: reply[2] };
  if (reply[0] !== 'answered') return { kind: 'failed', error: failureOf(reply) };
  return answeredOutcome(reply, queueMilliseconds);
}

/**
 * The answer to a review that no policy has answered. It takes the place of the policy's own answer: rules such as
 * monitor mode are applied to it afterwards.
 */
function rejectionFor(
  end: Unanswered,
  uid: string,
  endpoint: ReviewEndpoint,
  { module }: PolicyTarget,
): AdmissionResponse {
  if (end.kind === 'deadline') return deadlineExceeded(module.executionMode, uid);
  if (end.kind === 'lost') return internalError(uid, end.reason);
  return overloaded(uid, endpoint);
}

/**
 * The API server passes code and `retryAfterSeconds` on, so that its clients try again by themselves. An audit
 * counts a code of 500 as an error and anything else as a violation of the policy, which this is not.
 */
function overloaded(uid: string, endpoint: ReviewEndpoint): AdmissionResponse {
  const message = 'the policy server is overloaded: too many reviews are waiting, try again later';
  if (endpoint === 'audit') return { uid, allowed: false, status: { message, code: 500 } };
  const details = { causes: [], retryAfterSeconds: 1 };
  return { uid, allowed: false, status: { message, reason: 'TooManyRequests', details, code: 429 } };
}

/**
 * What a member answers to its group. A deadline is its own failure; what it cannot help fails the whole group.
 *
 * @throws Error when the member could not be evaluated
 */
export function memberResponse(end: JobEnd, uid: string, { module }: PolicyTarget): AdmissionResponse {
  if (end.kind === 'deadline') return deadlineExceeded(module.executionMode, uid);
  if (end.kind === 'replied' && end.reply[0] === 'member') return end.reply[1];
  throw new Error(explain(end));
}

/** What becomes of a validation of settings: whatever goes wrong, they are not valid. */
export function settingsResponse(end: JobEnd, { module }: PolicyTarget): SettingsValidationResponse {
  if (end.kind === 'deadline') return settingsDeadlineExceeded(module.executionMode);
  if (end.kind === 'replied' && end.reply[0] === 'settings') return end.reply[1];
  return { valid: false, message: explain(end) };
}

/** Why a policy could not be warmed up; undefined when it could. */
export function warmUpFailure(end: JobEnd): string | undefined {
  return end.kind === 'replied' && end.reply[0] === 'warm' ? undefined : explain(end);
}

/** Says what went wrong with a job. */
function explain(end: JobEnd): string {
  if (end.kind === 'deadline') return 'it exceeded its deadline';
  if (end.kind === 'overloaded') return 'too many reviews are waiting';
  return end.kind === 'lost' ? end.reason : failureOf(end.reply);
}

function failureOf(reply: Reply): string {
  return reply[0] === 'failed' ? reply[1] : `unexpected reply of a worker: ${reply[0]}`;
}
