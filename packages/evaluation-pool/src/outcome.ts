import type { AdmissionRequest, AdmissionResponse } from '@kubewarden/policy';

/** Where a review came from; decides how it is decoded and which rules are applied to the answer. */
export type ReviewEndpoint = 'validate' | 'audit' | 'validate_raw';

/** One review to be evaluated. */
export interface ReviewJob {
  /** Policy or group, or `group/member`. */
  readonly policyId: string;
  /** The HTTP body as it came. The pool does not change it, and needs it until the outcome is there. */
  readonly body: Uint8Array;
  readonly endpoint: ReviewEndpoint;
}

/** What a server must know of a request for its metrics and spans. All absent for raw reviews. */
export interface ReviewSummary {
  readonly uid: string;
  readonly operation?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly subResource?: string;
  /** `[group, version, kind]` */
  readonly kind?: readonly [string, string, string];
  /** `[group, version, resource]` */
  readonly resource?: readonly [string, string, string];
  /** `requestKind.kind`. */
  readonly requestKind?: string;
}

/** What became of a review. */
export type ReviewOutcome =
  | {
      readonly kind: 'answered';
      /** The complete HTTP response body: an AdmissionReview, or `{"response": …}` for raw reviews. */
      readonly body: Uint8Array;
      /** The policy's own answer, before monitor mode, mutation rule and custom message. */
      readonly verdict: { readonly allowed: boolean; readonly mutated: boolean; readonly code?: number };
      /** The answer after these rules; what the spans report. */
      readonly answer: Pick<AdmissionResponse, 'allowed' | 'status'> & { readonly mutated: boolean };
      readonly request: ReviewSummary;
      /** Milliseconds from the start of the evaluation to its end, without the time in the queue. */
      readonly evaluationMilliseconds: number;
      /** Milliseconds between the call and the start of the evaluation. */
      readonly queueMilliseconds: number;
      /** Set when the policy had failed to initialise. */
      readonly initializationError?: string;
    }
  /** The body is no JSON (400) or has not the shape of a review (422). */
  | { readonly kind: 'malformed'; readonly status: 400 | 422; readonly message: string }
  | { readonly kind: 'unknown-policy' }
  /** The module cannot be instantiated or another fault of the host; answered with HTTP 500. */
  | { readonly kind: 'failed'; readonly error: string };

/** What metrics and spans tell of an admission request. */
export function summarizeAdmission(request: AdmissionRequest): ReviewSummary {
  const { uid, operation, kind, resource, name, namespace, subResource, requestKind } = request;
  return {
    uid,
    operation,
    kind: [kind.group, kind.version, kind.kind],
    resource: [resource.group, resource.version, resource.resource],
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(subResource !== undefined && { subResource }),
    ...(requestKind !== undefined && { requestKind: requestKind.kind }),
  };
}
