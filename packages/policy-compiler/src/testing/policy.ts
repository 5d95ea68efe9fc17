import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  compilePolicyModule,
  createPolicyRuntime,
  HostCallError,
  parseHostCapabilities,
  type EvaluationContext,
  type HostGate,
  type PolicyLogEntry,
  type PolicyRuntime,
  type SandboxPlan,
} from '@kubewarden/evaluator';
import {
  decodeRawRequest,
  type AdmissionResponse,
  type SettingsValidationResponse,
} from '@kubewarden/policy';
import { compilePolicy } from '../compile.ts';
import type { CompiledPolicy, CompileOptions, PolicyAbi } from '../compiled-policy.ts';

export const abis = ['wapc', 'wasi'] as const satisfies readonly PolicyAbi[];

/** A folder with files of that content, by name. */
export function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubewarden-compiler-test-'));
  for (const [name, content] of Object.entries({
    'package.json': '{"name":"probe","version":"1.2.3"}',
    ...files,
  })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/**
 * The source of a policy whose `validate` answers what the given body returns: an object is the response, anything
 * else the message of a rejection. The body sees `request` and `settings`.
 */
export function policySource(body: string, { top = '', isAsync = false } = {}): string {
  return `${top}
${isAsync ? 'async ' : ''}function handle(request: any, settings: any): ${isAsync ? 'Promise<unknown>' : 'unknown'} {
${body}
}
const respond = (value: unknown): string =>
  JSON.stringify(typeof value === 'object' ? value : { accepted: false, message: String(value) });
export default {
  protocolVersion: 'v1',
  validate(payload: string) {
    const { request, settings } = JSON.parse(payload);
    const value = handle(request, settings);
    return value instanceof Promise ? value.then(respond) : respond(value);
  },
  validateSettings(payload: string) {
    const valid = JSON.parse(payload).valid !== false;
    return JSON.stringify(valid ? { valid } : { valid, message: 'settings say so' });
  },
};
`;
}

/** Line of the first line of the body in {@link policySource} with no or one line at the top. */
export const bodyLine = 3;

export type HostCall = HostGate['call'];

/** A host that refuses everything with that text. */
export function refuseWith(text: string): HostCall {
  return () => {
    throw new HostCallError(text);
  };
}

/** A policy that can be asked. */
export class TestPolicy {
  readonly compiled: CompiledPolicy;
  readonly plan: SandboxPlan;
  readonly runtime: PolicyRuntime;
  readonly log: PolicyLogEntry[] = [];

  constructor(compiled: CompiledPolicy, plan: SandboxPlan, runtime: PolicyRuntime) {
    this.compiled = compiled;
    this.plan = plan;
    this.runtime = runtime;
  }

  #context(settings: unknown, call: HostCall): EvaluationContext {
    const gate: HostGate = {
      permissions: {
        policyId: 'probe',
        hostCapabilities: parseHostCapabilities(['*']),
        contextAwareResources: [],
      },
      call,
      fetch: () => {
        throw new Error('only Rego policies fetch');
      },
      log: (entry) => void this.log.push(entry),
    };
    return { policyId: 'probe', settings: new TextEncoder().encode(JSON.stringify(settings)), gate };
  }

  validate(request: unknown, settings: unknown = {}, call: HostCall = noHost): Promise<AdmissionResponse> {
    const document = decodeRawRequest(new TextEncoder().encode(JSON.stringify(request)));
    return this.runtime.validate({ kind: 'raw', request: document }, this.#context(settings, call));
  }

  validateSettings(settings: unknown): Promise<SettingsValidationResponse> {
    return this.runtime.validateSettings(this.#context(settings, noHost));
  }

  /** The message of the verdict, without what the host puts in front of errors. */
  async message(request: unknown = {}, settings?: unknown, call?: HostCall): Promise<string | undefined> {
    const { status } = await this.validate(request, settings, call);
    return status?.message?.replace('internal server error: Guest call failure: ', '');
  }
}

const noHost: HostCall = () => {
  throw new Error('no host call was expected');
};

/** Compiles a policy (a file, or the files of a project with `policy.ts`) and makes it runnable. */
export async function testPolicy(
  source: string | Readonly<Record<string, string>>,
  abi: PolicyAbi,
  options: Partial<CompileOptions> = {},
  maximumMemoryBytes?: number,
): Promise<TestPolicy> {
  const files = typeof source === 'string' ? { 'policy.ts': source } : source;
  const compiled = await compilePolicy({ entry: join(project(files), 'policy.ts'), abi, ...options });
  const executionMode = abi === 'wapc' ? 'kubewarden-wapc' : 'wasi';
  const module = await compilePolicyModule(compiled.wasm, {
    executionMode,
    ...(maximumMemoryBytes === undefined ? {} : { maximumMemoryBytes }),
  });
  return new TestPolicy(compiled, module.sandbox, await createPolicyRuntime(module));
}
