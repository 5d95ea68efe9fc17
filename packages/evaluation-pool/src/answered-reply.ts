import type { ReviewOutcome, ReviewSummary } from './outcome.ts';
import type { Answer } from './review.ts';

/*
 * An answer on its way from worker to owner. It is the one message of the hot path, so it is a flat tuple, written
 * and read field by field: the structured clone of nested objects takes 5 µs longer.
 */

type Answered = Extract<ReviewOutcome, { kind: 'answered' }>;

export type AnsweredReply = readonly [
  kind: 'answered',
  body: Uint8Array,
  evaluationMilliseconds: number,
  verdictAllowed: boolean,
  verdictMutated: boolean,
  verdictCode: number | undefined,
  allowed: boolean,
  mutated: boolean,
  status: Answered['answer']['status'],
  uid: string,
  /** Absent for raw reviews, as is all that follows. */
  operation: string | undefined,
  name: string | undefined,
  namespace: string | undefined,
  subResource: string | undefined,
  requestKind: string | undefined,
  group: string | undefined,
  version: string | undefined,
  kind: string | undefined,
  resourceGroup: string | undefined,
  resourceVersion: string | undefined,
  resource: string | undefined,
];

export function answeredReply(
  { body, verdict, answer }: Answer,
  request: ReviewSummary,
  evaluationMilliseconds: number,
): AnsweredReply {
  const { kind, resource } = request;
  return [
    'answered',
    body,
    evaluationMilliseconds,
    verdict.allowed,
    verdict.mutated,
    verdict.code,
    answer.allowed,
    answer.mutated,
    answer.status,
    request.uid,
    request.operation,
    request.name,
    request.namespace,
    request.subResource,
    request.requestKind,
    kind?.[0],
    kind?.[1],
    kind?.[2],
    resource?.[0],
    resource?.[1],
    resource?.[2],
  ];
}

/** The outcome that a worker's answer stands for. */
export function answeredOutcome(reply: AnsweredReply, queueMilliseconds: number): ReviewOutcome {
  const verdict: Writable<Answered['verdict']> = { allowed: reply[3], mutated: reply[4] };
  if (reply[5] !== undefined) verdict.code = reply[5];
  const answer: Writable<Answered['answer']> = { allowed: reply[6], mutated: reply[7] };
  if (reply[8] !== undefined) answer.status = reply[8];
  return {
    kind: 'answered',
    body: reply[1],
    verdict,
    answer,
    request: summaryOf(reply),
    evaluationMilliseconds: reply[2],
    queueMilliseconds,
  };
}

function summaryOf(reply: AnsweredReply): ReviewSummary {
  const summary: Writable<ReviewSummary> = { uid: reply[9] };
  if (reply[10] === undefined) return summary;
  summary.operation = reply[10];
  if (reply[11] !== undefined) summary.name = reply[11];
  if (reply[12] !== undefined) summary.namespace = reply[12];
  if (reply[13] !== undefined) summary.subResource = reply[13];
  if (reply[14] !== undefined) summary.requestKind = reply[14];
  summary.kind = [reply[15] ?? '', reply[16] ?? '', reply[17] ?? ''];
  summary.resource = [reply[18] ?? '', reply[19] ?? '', reply[20] ?? ''];
  return summary;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
