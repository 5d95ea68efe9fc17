import { deadlineExceeded } from '@kubewarden/evaluator';
import { internalError, type AdmissionResponse, type ExecutionMode } from '@kubewarden/policy';
import type { ReviewEndpoint } from './outcome.ts';
import type { JobEnd } from './scheduler/job.ts';

/**
 * The answer to a review that no policy has answered. It takes the place of the policy's own answer: rules such as
 * monitor mode are applied to it afterwards.
 */
export function rejectionFor(
  end: Exclude<JobEnd, { kind: 'replied' }>,
  uid: string,
  endpoint: ReviewEndpoint,
  mode: ExecutionMode,
): AdmissionResponse {
  switch (end.kind) {
    case 'deadline':
      return deadlineExceeded(mode, uid);
    case 'overloaded':
      return overloaded(uid, endpoint);
    case 'lost':
      return internalError(uid, end.reason);
  }
}

/**
 * The API server passes code and `retryAfterSeconds` on, so that its clients try again by themselves. An audit
 * counts a code of 500 as an error and anything else as a violation of the policy, which this is not.
 */
function overloaded(uid: string, endpoint: ReviewEndpoint): AdmissionResponse {
  return {
    uid,
    allowed: false,
    status: {
      message: 'the policy server is overloaded: too many reviews are waiting, try again later',
      ...(endpoint === 'audit'
        ? { code: 500 }
        : {
            reason: 'TooManyRequests',
            details: { causes: [], retryAfterSeconds: 1 },
            code: 429,
          }),
    },
  };
}
