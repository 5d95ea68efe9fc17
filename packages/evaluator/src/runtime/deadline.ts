import {
  internalError,
  isRegoMode,
  rejection,
  type AdmissionResponse,
  type ExecutionMode,
  type SettingsValidationResponse,
} from '@kubewarden/policy';
import { settingsCallFailure } from '../wapc/messages.ts';

/** What the original's engines call an evaluation that was stopped. */
const guestInterrupted = 'guest code interrupted, execution deadline exceeded';

/** What users of waPC and WASI policies are told. */
const executionTimeExceeded = 'Policy execution interrupted because it exceeded the allowed execution time';

/**
 * The answer to a review whose policy took too long, be it in the evaluation or while its module was initialised.
 * The thread that enforces deadlines makes it; the guest is gone by then.
 */
export function deadlineExceeded(mode: ExecutionMode, uid: string): AdmissionResponse {
  return isRegoMode(mode) ? internalError(uid, guestInterrupted) : rejection(uid, executionTimeExceeded, 500);
}

/** The same for the validation of settings. */
export function settingsDeadlineExceeded(mode: ExecutionMode): SettingsValidationResponse {
  return { valid: false, message: settingsMessages[mode] };
}

const settingsMessages: Readonly<Record<ExecutionMode, string>> = {
  'kubewarden-wapc': settingsCallFailure(guestInterrupted),
  wasi: executionTimeExceeded,
  opa: guestInterrupted,
  gatekeeper: guestInterrupted,
};
