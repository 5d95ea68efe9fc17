import type { EvaluationContext, EvaluationInput } from './policy-runtime.ts';

const encoder = new TextEncoder();
const beforeRequest = encoder.encode('{"request":');
const beforeSettings = encoder.encode(',"settings":');
const end = encoder.encode('}');

/**
 * What a waPC or WASI guest gets for `validate`, in pieces: `{"request":…,"settings":…}`. Both values are canonical
 * JSON already, and so is the whole, as `request` sorts before `settings`.
 */
export function reviewPayload(
  { request }: EvaluationInput,
  { settings }: EvaluationContext,
): readonly Uint8Array[] {
  return [beforeRequest, request.json, beforeSettings, settings, end];
}
