import type { AdmissionResponse, AdmissionResponseStatus, ValidationResponse } from '@kubewarden/policy';
import type { EvaluationInput } from '../runtime/policy-runtime.ts';
import { encodeBase64 } from './base64.ts';
import { diffJson } from './diff.ts';

/**
 * The verdict of a waPC or WASI guest as an admission response (evaluator.md 7.3).
 *
 * A patch is kept even when the guest rejects, and the status is present whenever the guest gave a message or a
 * code, also when it accepts: consumers of the original rely on both.
 */
export function toAdmissionResponse(answer: ValidationResponse, input: EvaluationInput): AdmissionResponse {
  const { uid } = input.request;
  const { mutatedObject } = answer;
  let patch: string | undefined;
  if (mutatedObject !== undefined) {
    const original = input.kind === 'raw' ? input.request.json : input.request.object;
    if (original === undefined) {
      return { uid, allowed: false, status: { message: mutationOfNothing } };
    }
    const difference = diffJson(original, mutatedObject);
    if (difference !== undefined) patch = encodeBase64(difference);
  }
  const status = statusOf(answer);
  return {
    uid,
    allowed: answer.accepted,
    ...(patch !== undefined && { patch }),
    ...(status !== undefined && { status }),
    ...(answer.auditAnnotations !== undefined && { auditAnnotations: answer.auditAnnotations }),
    ...(answer.warnings !== undefined && { warnings: answer.warnings }),
  };
}

const mutationOfNothing =
  'Incoming object is null, which happens only with DELETE operations, ' +
  'but the policy is attempting a mutation. This is not allowed';

function statusOf({ message, code }: ValidationResponse): AdmissionResponseStatus | undefined {
  if (message === undefined && code === undefined) return undefined;
  return { ...(message !== undefined && { message }), ...(code !== undefined && { code }) };
}
