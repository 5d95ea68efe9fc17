import {
  decodeSettingsValidationResponse,
  decodeValidationResponse,
  internalError,
  rejection,
  type AdmissionResponse,
  type SettingsValidationResponse,
  type ValidationResponse,
} from '@kubewarden/policy';
import type { PolicyModule } from '../module/policy-module.ts';
import { ProtocolVersionError } from '../runtime/errors.ts';
import { isJsonError } from '../runtime/json-error.ts';
import type { RuntimeOptions } from '../runtime/options.ts';
import type { EvaluationContext, EvaluationInput, PolicyRuntime } from '../runtime/policy-runtime.ts';
import { reviewPayload } from '../runtime/review-payload.ts';
import { toAdmissionResponse } from '../verdict/admission-response.ts';
import { rustDebugString } from '../verdict/rust-debug.ts';
import { runProgram, type WasiOperation, type WasiProgram } from './program.ts';

/** Makes a WASI policy runnable on this thread. */
export function createWasiRuntime({ wasm }: PolicyModule, options: RuntimeOptions = {}): PolicyRuntime {
  return new WasiRuntime({ wasm, imports: WebAssembly.Module.imports(wasm) }, options);
}

class WasiRuntime implements PolicyRuntime {
  readonly #program: WasiProgram;
  readonly #options: RuntimeOptions;

  constructor(program: WasiProgram, options: RuntimeOptions) {
    this.#program = program;
    this.#options = options;
  }

  async validate(input: EvaluationInput, context: EvaluationContext): Promise<AdmissionResponse> {
    const { uid } = input.request;
    const payload = reviewPayload(input, context);
    const result = await runProgram(this.#program, 'validate', payload, context, this.#options);
    if (result.kind === 'failure') return rejection(uid, result.message, 500);
    logComplaint(result.stderr, 'validate', context, { request: uid });
    let verdict: ValidationResponse;
    try {
      verdict = decodeValidationResponse(result.stdout);
    } catch (error) {
      if (!isJsonError(error)) throw error;
      return internalError(uid, `Cannot deserialize policy validation response: ${error.message}`);
    }
    return toAdmissionResponse(verdict, input);
  }

  async validateSettings(context: EvaluationContext): Promise<SettingsValidationResponse> {
    const payload = [context.settings];
    const result = await runProgram(this.#program, 'validate-settings', payload, context, this.#options);
    if (result.kind === 'failure') return { valid: false, message: result.message };
    logComplaint(result.stderr, 'validate-settings', context, {});
    try {
      return decodeSettingsValidationResponse(result.stdout);
    } catch (error) {
      if (!isJsonError(error)) throw error;
      return { valid: false, message: `Cannot deserialize settings validation response: ${error.message}` };
    }
  }

  protocolVersion(): Promise<never> {
    return Promise.reject(
      new ProtocolVersionError('protocol_version is only applicable to a Kubewarden policy'),
    );
  }

  dispose(): void {
    // Nothing is kept between two runs.
  }
}

/** What a program that succeeded wrote to stderr. */
function logComplaint(
  stderr: string,
  operation: WasiOperation,
  { policyId, gate }: EvaluationContext,
  fields: Readonly<Record<string, string>>,
): void {
  if (stderr === '') return;
  const message = `stderr: ${rustDebugString(stderr)}`;
  gate.log({ policyId, level: 'warn', message, fields: { ...fields, operation } });
}
