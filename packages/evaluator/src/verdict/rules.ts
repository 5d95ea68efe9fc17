import type { AdmissionResponse } from '@kubewarden/policy';
import type { PolicyLog } from '../host/log.ts';
import { rustDebugResponse } from './rust-debug.ts';

/** How the answer of a policy is turned into what the API server gets. */
export interface PolicyRules {
  /** `name` or `group/name`; appears in the message of a refused mutation. */
  readonly policyId: string;
  readonly mode: 'protect' | 'monitor';
  readonly allowedToMutate: boolean;
  /** Replaces the message of rejections; the policy's own becomes a cause. */
  readonly message?: string;
}

/**
 * Applies mode, permission to mutate and custom message, in this order (evaluator.md 7.5). Not for audits,
 * which want the policy's own answer.
 *
 * Rejections for internal errors go through the same rules: in monitor mode they are logged and let pass.
 */
export function applyPolicyRules(
  response: AdmissionResponse,
  rules: PolicyRules,
  log: PolicyLog,
): AdmissionResponse {
  if (rules.mode === 'monitor') {
    log({
      policyId: rules.policyId,
      level: 'info',
      message: 'policy evaluation (monitor mode)',
      fields: {
        policy_id: rules.policyId,
        allowed_to_mutate: String(rules.allowedToMutate),
        response: rustDebugResponse(response),
      },
    });
    const { patch: _patch, status: _status, ...rest } = response;
    return { ...rest, allowed: true };
  }
  const permitted = refuseMutation(response, rules);
  return replaceMessage(permitted, rules);
}

/** A validating webhook that answers with a patch is an error for the API server. */
function refuseMutation(response: AdmissionResponse, rules: PolicyRules): AdmissionResponse {
  if (rules.allowedToMutate || response.patch === undefined) return response;
  const { patch: _patch, ...rest } = response;
  return {
    ...rest,
    allowed: false,
    status: {
      message:
        `Request rejected by policy ${rules.policyId}. The policy attempted to mutate the request, ` +
        'but it is currently configured to not allow mutations.',
    },
  };
}

function replaceMessage(response: AdmissionResponse, rules: PolicyRules): AdmissionResponse {
  if (response.allowed || rules.message === undefined) return response;
  const { status } = response;
  const original = { reason: null, message: status?.message ?? '', field: null };
  return {
    ...response,
    status: {
      ...status,
      message: rules.message,
      details: { ...status?.details, causes: [...(status?.details?.causes ?? []), original] },
    },
  };
}
