import {
  decodeSettingsValidationResponse,
  decodeValidationResponse,
  internalError,
  parseJsonValue,
  type AdmissionResponse,
  type SettingsValidationResponse,
  type ValidationResponse,
} from '@kubewarden/policy';
import type { PolicyModule } from '../module/policy-module.ts';
import { ProtocolVersionError } from '../runtime/errors.ts';
import { debugJsonError, isJsonError } from '../runtime/json-error.ts';
import type { RuntimeOptions } from '../runtime/options.ts';
import type { EvaluationContext, EvaluationInput, PolicyRuntime } from '../runtime/policy-runtime.ts';
import { reviewPayload } from '../runtime/review-payload.ts';
import { Sandboxes } from '../sandbox/sandboxes.ts';
import { toAdmissionResponse } from '../verdict/admission-response.ts';
import { rustDebugString } from '../verdict/rust-debug.ts';
import type { WapcAnswer, WapcOperation } from './call.ts';
import { WapcGuest, type WapcProgram } from './guest.ts';
import { guestCallFailure, settingsCallFailure } from './messages.ts';

/** Makes a waPC policy runnable on this thread; guests share nothing but the compiled module. */
export function createWapcRuntime(module: PolicyModule, options: RuntimeOptions = {}): PolicyRuntime {
  const { wasm, digest, sandbox } = module;
  const program: WapcProgram = { wasm, imports: WebAssembly.Module.imports(wasm), name: digest };
  const { maximumIdle } = options;
  return new WapcRuntime(
    new Sandboxes(
      sandbox,
      () => WapcGuest.create(program, options),
      maximumIdle === undefined ? {} : { maximumIdle },
    ),
  );
}

class WapcRuntime implements PolicyRuntime {
  readonly #sandboxes: Sandboxes<WapcGuest>;

  constructor(sandboxes: Sandboxes<WapcGuest>) {
    this.#sandboxes = sandboxes;
  }

  async validate(input: EvaluationInput, context: EvaluationContext): Promise<AdmissionResponse> {
    const answer = await this.#call('validate', reviewPayload(input, context), context);
    const { uid } = input.request;
    if (answer.kind === 'failure') return internalError(uid, guestCallFailure(answer.message));
    let verdict: ValidationResponse;
    try {
      verdict = decodeValidationResponse(answer.bytes);
    } catch (error) {
      if (!isJsonError(error)) throw error;
      return internalError(uid, `invalid response from policy: ${error.message}`);
    }
    return toAdmissionResponse(verdict, input);
  }

  async validateSettings(context: EvaluationContext): Promise<SettingsValidationResponse> {
    const answer = await this.#call('validate_settings', [context.settings], context);
    if (answer.kind === 'failure') return { valid: false, message: settingsCallFailure(answer.message) };
    try {
      return decodeSettingsValidationResponse(answer.bytes);
    } catch (error) {
      if (!isJsonError(error)) throw error;
      return { valid: false, message: `error: InvalidResponseWithError(${debugJsonError(error)})` };
    }
  }

  async protocolVersion(): Promise<'v1' | 'Unknown'> {
    const answer = await this.#call('protocol_version', [], undefined);
    if (answer.kind === 'failure') {
      const reason = guestCallFailure(answer.message);
      throw new ProtocolVersionError(`cannot invoke 'protocol_version' waPC function : ${reason}`);
    }
    return readProtocolVersion(answer.bytes);
  }

  dispose(): void {
    this.#sandboxes.dispose();
  }

  async #call(
    operation: WapcOperation,
    payload: readonly Uint8Array[],
    context: EvaluationContext | undefined,
  ): Promise<WapcAnswer> {
    const guest = await this.#sandboxes.acquire();
    let answer: WapcAnswer | undefined;
    try {
      answer = await guest.call(operation, payload, context);
      return answer;
    } finally {
      if (answer === undefined || (answer.kind === 'failure' && answer.trapped))
        this.#sandboxes.discard(guest);
      else this.#sandboxes.release(guest);
    }
  }
}

/** Bytes of a wrong answer that are shown. */
const shownBytes = 64;

function readProtocolVersion(bytes: Uint8Array): 'v1' | 'Unknown' {
  let reason: string;
  try {
    const version = parseJsonValue(bytes);
    if (version === 'v1' || version === 'Unknown') return version;
    reason = `unknown variant, expected ${rustDebugString('Unknown')} or ${rustDebugString('v1')}`;
  } catch (cause) {
    if (!isJsonError(cause)) throw cause;
    reason = debugJsonError(cause);
  }
  const shown = `[${bytes.subarray(0, shownBytes).join(', ')}]`;
  throw new ProtocolVersionError(
    `cannot create ProtocolVersion object from ${shown}: Cannot convert value to ProtocolVersion: ${reason}`,
  );
}
