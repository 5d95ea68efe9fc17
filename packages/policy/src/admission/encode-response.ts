import type { AdmissionResponse, AdmissionResponseStatus, StatusDetails } from './response.ts';

const encoder = new TextEncoder();

/** The response alone, as compact JSON in the key order of the original. */
export function encodeAdmissionResponse(response: AdmissionResponse): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(orderResponse(response)));
}

/** The response in an AdmissionReview of version `admission.k8s.io/v1`. */
export function encodeAdmissionReview(response: AdmissionResponse): Uint8Array<ArrayBuffer> {
  const review = {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    response: orderResponse(response),
  };
  return encoder.encode(JSON.stringify(review));
}

/** The response to a raw review. */
export function encodeRawReview(response: AdmissionResponse): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify({ response: orderResponse(response) }));
}

/** A denial with a message for the user. */
export function rejection(uid: string, message: string, code?: number): AdmissionResponse {
  return { uid, allowed: false, status: code === undefined ? { message } : { message, code } };
}

/** A denial because the policy, or its host, failed: code 500 and a message that says so. */
export function internalError(uid: string, message: string): AdmissionResponse {
  return rejection(uid, `internal server error: ${message}`, 500);
}

// JSON.stringify keeps the order of the keys below and leaves out those that are undefined. All numbers here
// are small integers, for which its output is that of the original.

function orderResponse(response: AdmissionResponse): object {
  return {
    uid: response.uid,
    allowed: response.allowed,
    patchType: response.patch === undefined ? undefined : 'JSONPatch',
    patch: response.patch,
    status: response.status === undefined ? undefined : orderStatus(response.status),
    // Both are printed even when there is nothing to say; clients compare.
    auditAnnotations: response.auditAnnotations ?? null,
    warnings: response.warnings ?? null,
  };
}

function orderStatus(status: AdmissionResponseStatus): object {
  return {
    status: status.status,
    message: status.message,
    reason: status.reason,
    details: status.details === undefined ? undefined : orderDetails(status.details),
    code: status.code,
  };
}

function orderDetails(details: StatusDetails): object {
  return {
    name: details.name,
    group: details.group,
    kind: details.kind,
    uid: details.uid,
    causes:
      details.causes.length === 0
        ? undefined
        : details.causes.map(({ reason, message, field }) => ({ reason, message, field })),
    retryAfterSeconds: details.retryAfterSeconds,
  };
}
