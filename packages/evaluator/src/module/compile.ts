import { readModule, WasmFormatError, type ExecutionMode, type WasmModule } from '@kubewarden/policy';
import { instrument, type InstrumentedModule } from '../sandbox/instrument.ts';
import { checkLimits } from '../sandbox/limits.ts';
import { pageBytes } from '../sandbox/plan.ts';
import { checkImports } from './check-imports.ts';
import { PolicyModuleError } from './error.ts';
import type { PolicyModule } from './policy-module.ts';

/**
 * Bytes that a guest's memory may grow to unless told otherwise: 512 MiB. Well above what a policy needs that
 * looks through the resources of a large cluster, well below what takes a node down.
 */
export const defaultMaximumMemoryBytes = 512 * 1024 * 1024;

/** Pages that a 32-bit address reaches. */
const addressablePages = 65_536;

export interface CompileOptions {
  readonly executionMode: ExecutionMode;
  /** Bytes that a guest's memory may grow to, rounded down to pages of 64 KiB. */
  readonly maximumMemoryBytes?: number;
}

/**
 * Makes a policy out of the bytes of a WebAssembly module: checks what it wants from its host, bounds its
 * memory, prepares it for being reset, and compiles it.
 *
 * Missing exports are no reason to refuse a module here: the runtime of its mode says so when it is used, with
 * the text of the contract (evaluator.md 3.2, 5.1, 6.4).
 *
 * @param bytes - a core module in binary form
 * @throws PolicyModuleError if it is not one, or asks for imports or memory that the host does not give
 */
export async function compilePolicyModule(bytes: Uint8Array, options: CompileOptions): Promise<PolicyModule> {
  const { executionMode, maximumMemoryBytes = defaultMaximumMemoryBytes } = options;
  const maximumPages = Math.min(Math.floor(maximumMemoryBytes / pageBytes), addressablePages);
  // The platform takes digests, and compiles, only what no other thread can change.
  const original = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
  const { bytes: instrumented, plan } = prepare(original, executionMode, maximumPages);
  // Code that refers to what was appended is valid only now. Compiling what the engine refuses tells why.
  if (!WebAssembly.validate(original)) await compile(original);
  const [digest, wasm] = await Promise.all([sha256(original), compile(instrumented)]);
  return { executionMode, digest, wasm, sandbox: plan };
}

function prepare(bytes: Uint8Array, executionMode: ExecutionMode, maximumPages: number): InstrumentedModule {
  let context = buildContext;
  try {
    const module = read(bytes);
    context = linkContexts[executionMode];
    checkImports(module, executionMode);
    context = buildContext;
    checkLimits(module, maximumPages);
    return instrument(module, { executionMode, maximumPages });
  } catch (error) {
    if (!(error instanceof PolicyModuleError || error instanceof WasmFormatError)) throw error;
    throw new PolicyModuleError(`${context}: ${error.message}`, { cause: error });
  }
}

const buildContext = 'error when building wasm module';

const linkContexts: Readonly<Record<ExecutionMode, string>> = {
  'kubewarden-wapc': 'error when building wapc precompiled stack',
  wasi: 'error when building wasi precompiled stack',
  opa: 'error when building rego precompiled stack',
  gatekeeper: 'error when building rego precompiled stack',
};

function read(bytes: Uint8Array): WasmModule {
  // The original's engine takes text as well, which its users may still have at hand.
  const head = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (head.startsWith('(') || head.startsWith(';;')) {
    throw new PolicyModuleError('the module is in text format; only binary modules are supported');
  }
  return readModule(bytes);
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new PolicyModuleError(`${buildContext}: ${message}`, { cause: error });
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
