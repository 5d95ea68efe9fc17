import { internalError, rejection, type AdmissionResponse } from '@kubewarden/policy';
import type { PolicyModule } from '../module/policy-module.ts';
import { ProtocolVersionError } from '../runtime/errors.ts';
import { systemClock, systemRandom, type RuntimeOptions } from '../runtime/options.ts';
import type { EvaluationContext, EvaluationInput, PolicyRuntime } from '../runtime/policy-runtime.ts';
import { Sandboxes } from '../sandbox/sandboxes.ts';
import { RegoEvaluationError } from './abi/errors.ts';
import { createRegoGuest, type RegoGuest } from './abi/guest.ts';
import type { Machine } from './abi/evaluation.ts';
import { ContextDataError, emptyDocument, type DataDocument } from './data/data-document.ts';
import { GatekeeperData } from './data/gatekeeper-data.ts';
import { OpaData } from './data/opa-data.ts';
import { gatekeeperVerdict } from './result/gatekeeper-result.ts';
import { opaVerdict } from './result/opa-result.ts';

/** What the two Rego modes differ in. */
interface RegoMode {
  /** @throws ContextDataError when the cluster's state cannot be had */
  data(context: EvaluationContext): DataDocument | Promise<DataDocument>;
  /** Parts of the input document's JSON; undefined for an input that the mode does not support. */
  input(input: EvaluationInput, context: EvaluationContext): readonly Uint8Array[] | undefined;
  verdict(uid: string, resultSet: Uint8Array): AdmissionResponse;
}

const encoder = new TextEncoder();
const requestStart = encoder.encode('{"request":');
const parametersStart = encoder.encode('{"parameters":');
const reviewStart = encoder.encode(',"review":');
const end = encoder.encode('}');

function opaMode(): RegoMode {
  const data = new OpaData();
  return {
    data: (context) => data.document(context),
    input: ({ request }) => [requestStart, request.json, end],
    verdict: opaVerdict,
  };
}

function gatekeeperMode(machine: Machine): RegoMode {
  const data = new GatekeeperData(machine.clock);
  return {
    data: (context) => data.document(context.gate),
    input: ({ kind, request }, { settings }) =>
      kind === 'raw' ? undefined : [parametersStart, settings, reviewStart, request.json, end],
    verdict: gatekeeperVerdict,
  };
}

/**
 * Runs policies that OPA compiled from Rego, in the modes `opa` and `gatekeeper`.
 *
 * An evaluation finds its data document already loaded in the sandbox: write the input, evaluate, read the
 * result, reset.
 *
 * @param module - of one of the two modes
 */
export function createRegoRuntime(module: PolicyModule, options: RuntimeOptions = {}): PolicyRuntime {
  const machine: Machine = { clock: options.clock ?? systemClock, random: options.random ?? systemRandom };
  const mode = module.executionMode === 'opa' ? opaMode() : gatekeeperMode(machine);
  return new RegoRuntime(module, mode, machine, options.maximumIdle);
}

class RegoRuntime implements PolicyRuntime {
  readonly #module: PolicyModule;
  readonly #mode: RegoMode;
  readonly #machine: Machine;
  readonly #sandboxOptions: { readonly maximumIdle?: number };
  /** Sandboxes live as long as the document that is loaded in them: settings, or an inventory until it changes. */
  #sandboxes = new WeakMap<DataDocument, Sandboxes<RegoGuest>>();

  constructor(module: PolicyModule, mode: RegoMode, machine: Machine, maximumIdle: number | undefined) {
    this.#module = module;
    this.#mode = mode;
    this.#machine = machine;
    this.#sandboxOptions = maximumIdle === undefined ? {} : { maximumIdle };
  }

  async validate(input: EvaluationInput, context: EvaluationContext): Promise<AdmissionResponse> {
    const { uid } = input.request;
    const parts = this.#mode.input(input, context);
    if (parts === undefined) return internalError(uid, 'Gatekeeper does not support raw validation requests');
    try {
      const document = this.#mode.data(context);
      const sandboxes = this.#sandboxesOf(document instanceof Promise ? await document : document);
      return await this.#evaluate(sandboxes, uid, parts, context);
    } catch (error) {
      if (error instanceof ContextDataError) return rejection(uid, error.message, 500);
      if (!(error instanceof RegoEvaluationError)) throw error;
      const { policyId } = context;
      const fields = { error: error.message };
      context.gate.log({ policyId, level: 'error', message: 'error evaluating policy', fields });
      return internalError(uid, error.message);
    }
  }

  /** Rego policies have no way to check their settings; what is checked is that the module runs here. */
  async validateSettings(): Promise<{ valid: true }> {
    await createRegoGuest(this.#module, emptyDocument, this.#machine);
    return { valid: true };
  }

  protocolVersion(): Promise<never> {
    return Promise.reject(
      new ProtocolVersionError('protocol_version is only applicable to a Kubewarden policy'),
    );
  }

  dispose(): void {
    this.#sandboxes = new WeakMap();
  }

  async #evaluate(
    sandboxes: Sandboxes<RegoGuest>,
    uid: string,
    input: readonly Uint8Array[],
    { policyId, gate }: EvaluationContext,
  ): Promise<AdmissionResponse> {
    const guest = await sandboxes.acquire();
    try {
      const result = guest.evaluate(input, (level, message) => gate.log({ policyId, level, message }));
      const verdict = this.#mode.verdict(uid, result);
      sandboxes.release(guest);
      return verdict;
    } catch (error) {
      sandboxes.discard(guest);
      throw error;
    }
  }

  #sandboxesOf(document: DataDocument): Sandboxes<RegoGuest> {
    const existing = this.#sandboxes.get(document);
    if (existing !== undefined) return existing;
    const created = new Sandboxes(
      this.#module.sandbox,
      () => createRegoGuest(this.#module, document, this.#machine),
      this.#sandboxOptions,
    );
    this.#sandboxes.set(document, created);
    return created;
  }
}
