import type { EvaluationContext } from '../runtime/policy-runtime.ts';

/** The functions of a waPC policy. */
export type WapcOperation = 'protocol_version' | 'validate' | 'validate_settings';

/** What became of one call of a waPC guest. */
export type WapcAnswer =
  | { readonly kind: 'response'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'failure';
      readonly message: string;
      /** The guest trapped or exited: its sandbox must not be used again. */
      readonly trapped: boolean;
    };

/** The state of one call of a waPC guest, as the protocol defines it (evaluator.md 3.3). */
export interface WapcCall {
  readonly operation: Uint8Array;
  /** In pieces; the guest gets them one after the other. */
  readonly payload: readonly Uint8Array[];
  readonly context: EvaluationContext | undefined;
  response?: Uint8Array;
  error?: string;
}

/** Reads the outcome of a call that came back with `result`. */
export function readAnswer({ response, error }: WapcCall, result: unknown): WapcAnswer {
  if (result === 0) return failure(error ?? 'No error message set for call failure');
  if (response !== undefined) return { kind: 'response', bytes: response };
  return failure(error ?? 'No error message OR response set for call success');
}

function failure(message: string): WapcAnswer {
  return { kind: 'failure', message, trapped: false };
}
