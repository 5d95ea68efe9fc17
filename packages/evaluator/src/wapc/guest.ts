import { PolicyInitializationError } from '../runtime/errors.ts';
import { GuestExit, guestFaultMessage } from '../runtime/guest-fault.ts';
import { totalBytes, type GuestMemory } from '../runtime/guest-memory.ts';
import { instantiate } from '../runtime/instantiate.ts';
import type { RuntimeOptions } from '../runtime/options.ts';
import type { EvaluationContext } from '../runtime/policy-runtime.ts';
import { promisingExport } from '../runtime/promise-integration.ts';
import type { Guest } from '../sandbox/sandboxes.ts';
import { bindWasi } from '../wasi-preview1/imports.ts';
import { InputPipe } from '../wasi-preview1/pipes.ts';
import { WasiProcess, type Descriptors } from '../wasi-preview1/process.ts';
import { readAnswer, type WapcAnswer, type WapcCall, type WapcOperation } from './call.ts';
import { GuestLog } from './guest-log.ts';
import { bindWapc, type WapcHost } from './host.ts';

const encoder = new TextEncoder();
let guests = 0;

/** A module with what every instance of it needs, found out once. */
export interface WapcProgram {
  readonly wasm: WebAssembly.Module;
  readonly imports: readonly WebAssembly.ModuleImportDescriptor[];
  /** Who is named in the log while an instance is initialised. */
  readonly name: string;
}

/** One instance of a waPC policy, with the state of the call that it is in. */
export class WapcGuest implements Guest {
  readonly instance: WebAssembly.Instance;
  readonly memory: WebAssembly.Memory;
  /** False for a guest whose memory is hidden: it cannot be brought back to its first state. */
  readonly reusable: boolean;
  readonly #state: GuestState;
  readonly #guestCall: (operationLength: number, payloadLength: number) => Promise<unknown>;
  /** Put back before every call: a guest could remember a review by closing its stdout. */
  readonly #descriptors: Descriptors;

  private constructor(instance: WebAssembly.Instance, state: GuestState) {
    this.instance = instance;
    const memory = instance.exports['memory'];
    this.reusable = memory instanceof WebAssembly.Memory;
    this.memory = memory instanceof WebAssembly.Memory ? memory : new WebAssembly.Memory({ initial: 0 });
    this.#state = state;
    this.#guestCall = promisingExport(instance.exports['__guest_call']!);
    this.#descriptors = state.process.descriptors;
  }

  /**
   * Makes an instance and initialises it: `_start`, then `wapc_init`. Reactors, which have no `_start`, get
   * `_initialize` in its place; the original leaves them uninitialised.
   *
   * @throws PolicyInitializationError if it does not link, lacks an export, traps or exits with an error
   */
  static async create(program: WapcProgram, options: RuntimeOptions): Promise<WapcGuest> {
    const state = new GuestState(options);
    state.log.begin(program.name, options.log);
    try {
      const imports = { ...bindWasi(state.process, program.imports), wapc: bindWapc(state) };
      const instance = await instantiate(program.wasm, imports);
      requireGuestCall(instance);
      state.process.attach(instance);
      await initialize(instance);
      return new WapcGuest(instance, state);
    } catch (error) {
      throw initializationError(error);
    } finally {
      state.log.end();
    }
  }

  /**
   * Runs one function of the guest.
   *
   * @param payload - written to the guest's memory piece by piece
   * @param context - who calls; without it the guest cannot call its host
   * @throws whatever is not the guest's fault; the sandbox is then to be discarded
   */
  async call(
    operation: WapcOperation,
    payload: readonly Uint8Array[],
    context: EvaluationContext | undefined,
  ): Promise<WapcAnswer> {
    const call: WapcCall = { operation: encoder.encode(operation), payload, context };
    this.#state.process.descriptors = this.#descriptors;
    this.#state.begin(call);
    try {
      return readAnswer(call, await this.#guestCall(call.operation.byteLength, totalBytes(payload)));
    } catch (error) {
      const message = guestFaultMessage(error);
      if (message === undefined) throw error;
      return { kind: 'failure', message, trapped: true };
    } finally {
      this.#state.end();
    }
  }
}

/** What the imports of a guest share with it. */
class GuestState implements WapcHost {
  readonly id = ++guests;
  readonly log = new GuestLog();
  readonly process: WasiProcess;
  call: WapcCall | undefined;
  hostAnswer: WapcHost['hostAnswer'];

  constructor(options: RuntimeOptions) {
    const { stdout, stderr } = this.log;
    this.process = new WasiProcess({ args: [], stdin: new InputPipe(), stdout, stderr }, options);
  }

  get memory(): GuestMemory {
    return this.process.memory;
  }

  begin(call: WapcCall): void {
    this.call = call;
    this.hostAnswer = undefined;
    this.log.begin(call.context?.policyId ?? '', call.context?.gate.log);
  }

  end(): void {
    this.call = undefined;
    this.hostAnswer = undefined;
    this.log.end();
  }
}

function requireGuestCall({ exports }: WebAssembly.Instance): void {
  if (isFunction(exports['__guest_call'], 2)) return;
  throw new PolicyInitializationError('Guest call function (__guest_call) not exported by wasm module.');
}

async function initialize({ exports }: WebAssembly.Instance): Promise<void> {
  const starts = [exports['_start'] === undefined ? '_initialize' : '_start', 'wapc_init'];
  for (const name of starts) {
    const start = exports[name];
    if (start === undefined) continue;
    if (!isFunction(start, 0)) {
      throw new PolicyInitializationError(
        `Initialization failed: \`${name}\` is not a function without parameters`,
      );
    }
    try {
      await promisingExport(start)();
    } catch (error) {
      if (error instanceof GuestExit && error.code === 0) continue;
      const message = guestFaultMessage(error);
      if (message === undefined) throw error;
      throw new PolicyInitializationError(`Initialization failed: ${message}`, { cause: error });
    }
  }
}

function isFunction(value: WebAssembly.ExportValue | undefined, parameters: number): boolean {
  return typeof value === 'function' && value.length === parameters;
}

/** Wraps what the guest or its module is to blame for in the words of the original's two layers. */
function initializationError(error: unknown): unknown {
  const message = error instanceof PolicyInitializationError ? error.message : guestFaultMessage(error);
  if (message === undefined) return error;
  return new PolicyInitializationError(
    `unable to rehydrate wapc module: cannot build Wapc host: Initialization failed: ${message}`,
    { cause: error },
  );
}
