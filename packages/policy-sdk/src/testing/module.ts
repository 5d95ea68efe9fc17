import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { EvaluationContext, EvaluationInput, HostGate, PolicyRuntime } from '@kubewarden/evaluator';
import type { AdmissionResponse, ContextAwareResource } from '@kubewarden/policy';
import { loadEngine, type Engine } from './evaluator.ts';
import { errorMessage, type ObservedHost } from './host.ts';
import { applyPatch, type PatchOperation } from './json-patch.ts';
import { isAdmissionRequest } from './requests.ts';
import { PolicyFailure, type EvaluationResult, type SettingsVerdict } from './subject.ts';

/**
 * Runs a compiled policy in the engine that policy-server and kwctl run it in.
 *
 * @param module - file or bytes
 * @param review - `{ request, settings }`
 * @throws PolicyFailure if the policy fails. A WASI program has no other way to fail than to reject with the code
 * 500, which is then its verdict.
 */
export async function evaluateModule(
  module: string | URL | Uint8Array,
  review: { readonly request: unknown; readonly settings: unknown },
  host: ObservedHost,
): Promise<EvaluationResult> {
  const engine = await loadEngine();
  const loaded = await load(module, engine);
  const input = inputOf(review.request, engine);
  const response = await loaded.runtime.validate(input, contextOf(loaded, review.settings, host, engine));
  return resultOf(response, input);
}

/** Checks settings with a compiled policy. */
export async function checkSettingsOfModule(
  module: string | URL | Uint8Array,
  settings: unknown,
  host: ObservedHost,
): Promise<SettingsVerdict> {
  const engine = await loadEngine();
  const loaded = await load(module, engine);
  return loaded.runtime.validateSettings(contextOf(loaded, settings, host, engine));
}

interface LoadedModule {
  readonly runtime: PolicyRuntime;
  /** What the module says it reads; the data of Rego policies. */
  readonly contextAwareResources: readonly ContextAwareResource[];
}

const loadedBytes = new WeakMap<Uint8Array, Promise<LoadedModule>>();
/** By path and time of the last change, so that a module is compiled once for all tests. */
const loadedFiles = new Map<string, Promise<LoadedModule>>();

async function load(module: string | URL | Uint8Array, engine: Engine): Promise<LoadedModule> {
  if (module instanceof Uint8Array) {
    const known = loadedBytes.get(module) ?? prepare(module, engine);
    loadedBytes.set(module, known);
    return known;
  }
  const path = module instanceof URL ? fileURLToPath(module) : module;
  const key = `${(await stat(path)).mtimeMs} ${path}`;
  const known = loadedFiles.get(key) ?? readFile(path).then((bytes) => prepare(bytes, engine));
  loadedFiles.set(key, known);
  return known;
}

async function prepare(bytes: Uint8Array, { evaluator, policy }: Engine): Promise<LoadedModule> {
  const metadata = policy.readMetadata(bytes);
  const declared = metadata?.executionMode;
  const speaksWasi = declared === undefined && !policy.exportNames(bytes).includes('__guest_call');
  const rego = policy.isRegoModule(bytes);
  const requested = speaksWasi && !rego ? 'wasi' : undefined;
  const executionMode = policy.determineExecutionMode(declared, requested, rego);
  const compiled = await evaluator.compilePolicyModule(bytes, { executionMode });
  const runtime = await evaluator.createPolicyRuntime(compiled);
  return { runtime, contextAwareResources: metadata?.contextAwareResources ?? [] };
}

function inputOf(request: unknown, { policy }: Engine): EvaluationInput {
  const json = encode(request);
  return isAdmissionRequest(request)
    ? { kind: 'kubernetes', request: policy.decodeRequestFile(json) }
    : { kind: 'raw', request: policy.decodeRawRequest(json) };
}

function contextOf(
  { contextAwareResources }: LoadedModule,
  settings: unknown,
  host: ObservedHost,
  { evaluator, policy }: Engine,
): EvaluationContext {
  const hostCapabilities = evaluator.parseHostCapabilities(['*']);
  const refuse = (error: unknown): never => {
    throw new evaluator.HostCallError(errorMessage(error), { cause: error });
  };
  const gate: HostGate = {
    permissions: { policyId: 'test', hostCapabilities, contextAwareResources },
    log: ({ level, message, fields }) => host.logs.push({ level, message, fields: fields ?? {} }),
    call(binding, namespace, operation, payload) {
      try {
        return new TextEncoder().encode(host.call(binding, namespace, operation, decode(payload)));
      } catch (error) {
        return refuse(error);
      }
    },
    fetch(request) {
      if (host.host.fetch === undefined) return refuse('Rego policies are answered from recorded sessions');
      return host.host.fetch(request);
    },
  };
  return { policyId: 'test', settings: policy.settingsFromJson(encode(settings)), gate };
}

function resultOf(response: AdmissionResponse, input: EvaluationInput): EvaluationResult {
  const { allowed: accepted, status, patch, auditAnnotations, warnings } = response;
  if (status?.code === 500 && status.message?.startsWith(failurePrefix)) {
    throw new PolicyFailure(status.message);
  }
  const original = input.kind === 'raw' ? input.request.json : input.request.object;
  return {
    accepted,
    ...(status?.message !== undefined && { message: status.message }),
    ...(status?.code !== undefined && { code: status.code }),
    ...(patch !== undefined &&
      original !== undefined && {
        mutatedObject: applyPatch(
          JSON.parse(decode(original)),
          JSON.parse(decode(Buffer.from(patch, 'base64'))) as PatchOperation[],
        ),
      }),
    ...(auditAnnotations !== undefined && { auditAnnotations }),
    ...(warnings !== undefined && { warnings }),
  };
}

/** How the engine begins when a guest, and not its verdict, is the matter. */
const failurePrefix = 'internal server error: ';

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
