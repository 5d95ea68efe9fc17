import {
  applyPolicyRules,
  type EvaluationInput,
  type PolicyLog,
  type PolicyRules,
} from '@kubewarden/evaluator';
import {
  decodeAdmissionReview,
  decodeRawReview,
  encodeAdmissionReview,
  encodeRawReview,
  JsonShapeError,
  JsonSyntaxError,
  type AdmissionResponse,
} from '@kubewarden/policy';
import {
  type ReviewEndpoint,
  type ReviewOutcome,
  type ReviewSummary,
  summarizeAdmission,
} from './outcome.ts';
import type { PooledGroup, PooledPolicy } from './policies.ts';

/* The way of a review from its bytes to those of its answer, but for the evaluation; the same on either thread. */

export type Malformed = Extract<ReviewOutcome, { kind: 'malformed' }>;

type Answered = Extract<ReviewOutcome, { kind: 'answered' }>;

/** An answer without the times that it took. */
export type Answer = Pick<Answered, 'body' | 'verdict' | 'answer'>;

/** The body of a review as what is to be evaluated, or what is wrong with it. */
export function decodeReview(endpoint: ReviewEndpoint, body: Uint8Array): EvaluationInput | Malformed {
  try {
    return endpoint === 'validate_raw'
      ? { kind: 'raw', request: decodeRawReview(body) }
      : { kind: 'kubernetes', request: decodeAdmissionReview(body) };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { kind: 'malformed', status: 400, message: error.message };
    if (error instanceof JsonShapeError) return { kind: 'malformed', status: 422, message: error.message };
    throw error;
  }
}

/** What the server's metrics and spans tell of a request. */
export function summarize(input: EvaluationInput): ReviewSummary {
  return input.kind === 'raw' ? { uid: input.request.uid } : summarizeAdmission(input.request);
}

/**
 * The complete answer to a review: the policy's rules are applied (not for audits, which want to know the policy's
 * own answer), and the HTTP body is encoded.
 *
 * @param response - the policy's own answer, or a rejection that takes its place
 * @param policy - whose rules apply; without it none do
 */
export function answerReview(
  response: AdmissionResponse,
  endpoint: ReviewEndpoint,
  policy: PooledPolicy | PooledGroup | undefined,
  log: PolicyLog,
): Answer {
  const final =
    policy === undefined || endpoint === 'audit'
      ? response
      : applyPolicyRules(response, rulesOf(policy), log);
  const code = response.status?.code;
  return {
    body: endpoint === 'validate_raw' ? encodeRawReview(final) : encodeAdmissionReview(final),
    verdict: {
      allowed: response.allowed,
      mutated: response.patch !== undefined,
      ...(code !== undefined && { code }),
    },
    answer: {
      allowed: final.allowed,
      mutated: final.patch !== undefined,
      ...(final.status !== undefined && { status: final.status }),
    },
  };
}

/** A group may not mutate, and its message is in its answer already. */
function rulesOf(policy: PooledPolicy | PooledGroup): PolicyRules {
  const { id, mode } = policy;
  if (policy.kind === 'group') return { policyId: id, mode, allowedToMutate: false };
  const { allowedToMutate, message } = policy;
  return { policyId: id, mode, allowedToMutate, ...(message !== undefined && { message }) };
}
