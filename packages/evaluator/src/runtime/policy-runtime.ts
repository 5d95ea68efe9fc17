import type {
  AdmissionRequest,
  AdmissionResponse,
  RawRequest,
  SettingsValidationResponse,
} from '@kubewarden/policy';
import type { HostGate } from '../host/gate.ts';

/** What is to be evaluated: an admission request, or any JSON value for a raw policy. */
export type EvaluationInput =
  | { readonly kind: 'kubernetes'; readonly request: AdmissionRequest }
  | { readonly kind: 'raw'; readonly request: RawRequest };

/** All that one evaluation of one policy needs besides the module. */
export interface EvaluationContext {
  /** `name` or `group/name`; used in logs and messages. */
  readonly policyId: string;
  /** The settings as canonical JSON of an object, UTF-8; `{}` when there are none. */
  readonly settings: Uint8Array;
  /** The one door to the host's capabilities, already bound to this policy's permissions. */
  readonly gate: HostGate;
}

/**
 * A policy module made runnable on this thread; one implementation per ABI.
 *
 * Every call runs in a clean sandbox. A guest that waits for an asynchronous host call is suspended, so that
 * the thread is free for other reviews. A verdict is always a value: traps and guest errors become rejections
 * with code 500. What rejects the promise is a fault of the host or a module that cannot be instantiated.
 */
export interface PolicyRuntime {
  validate(input: EvaluationInput, context: EvaluationContext): Promise<AdmissionResponse>;
  validateSettings(context: EvaluationContext): Promise<SettingsValidationResponse>;
  /** The guest's answer to `protocol_version`; only waPC guests have one. */
  protocolVersion(): Promise<'v1' | 'Unknown'>;
  /** Drops all idle sandboxes. */
  dispose(): void;
}
