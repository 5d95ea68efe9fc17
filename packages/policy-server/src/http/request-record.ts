import type { ReviewEndpoint, ReviewOutcome } from '@kubewarden/evaluation-pool';

export type AnsweredReview = Extract<ReviewOutcome, { kind: 'answered' }>;

/** One HTTP request after its answer was written, for logs, metrics and spans. */
export interface RequestRecord {
  readonly method: string;
  readonly uri: string;
  /** Such as `1.1`. */
  readonly httpVersion: string;
  readonly status: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly started: number;
  readonly finished: number;
  /** Present for requests to the review endpoints that were evaluated. */
  readonly review?: {
    readonly endpoint: ReviewEndpoint;
    readonly policyId: string;
    readonly outcome: AnsweredReview;
  };
}

/** Takes records; must not throw. */
export type RequestObserver = (record: RequestRecord) => void;
