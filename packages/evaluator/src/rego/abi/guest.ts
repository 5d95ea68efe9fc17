import { errorText } from '../../host/errors.ts';
import type { PolicyModule } from '../../module/policy-module.ts';
import { guestFaultMessage } from '../../runtime/guest-fault.ts';
import type { Guest } from '../../sandbox/sandboxes.ts';
import { jsonEntries } from '../values/format.ts';
import { parseValue } from '../values/parse.ts';
import { RegoObject } from '../values/value.ts';
import { RegoEvaluationError, RegoModuleError } from './errors.ts';
import { regoExports, type Address, type RegoExports } from './exports.ts';
import type { GuestLog, Machine } from './evaluation.ts';
import { HostFunctions } from './host-functions.ts';
import { readBytes, readText, writeBytes } from './memory.ts';

/** The entry point that policies are evaluated at: the first one given to OPA's compiler. */
const entryPoint = 0;

/**
 * An instance of a module compiled by OPA, with its data document loaded.
 *
 * It never rewinds its own heap: sandboxes bring the whole memory back to the state after {@link createRegoGuest}.
 */
export class RegoGuest implements Guest {
  readonly instance: WebAssembly.Instance;
  readonly memory: WebAssembly.Memory;
  readonly #exports: RegoExports;
  readonly #host: HostFunctions;
  readonly #data: Address;
  /** Says which entry points there are, when the one that we need is not. */
  readonly #missingEntryPoint: string | undefined;

  /**
   * @param data - canonical JSON of the data document
   * @throws RegoModuleError when the module does not fit this host
   * @throws RegoEvaluationError when the data document does not fit the guest's memory
   */
  constructor(
    instance: WebAssembly.Instance,
    memory: WebAssembly.Memory,
    host: HostFunctions,
    data: Uint8Array,
  ) {
    this.instance = instance;
    this.memory = memory;
    this.#exports = regoExports(instance);
    this.#host = host;
    host.attach(this.#exports, memory);
    host.link(readNumbers(this.#exports.builtins(), this.#exports, memory));
    const entryPoints = readNumbers(this.#exports.entrypoints(), this.#exports, memory);
    if (![...entryPoints.values()].includes(entryPoint)) {
      const listed = [...entryPoints].map(([name, id]) => `${JSON.stringify(name)}: ${id}`).join(', ');
      this.#missingEntryPoint = `Rego wasm error: Cannot find the specified entrypoint 0 inside of {${listed}}`;
    }
    this.#data = trapsAsErrors(() => this.#parse([data]));
  }

  /**
   * Evaluates the module's first entry point.
   *
   * @param input - parts of the input document's JSON, UTF-8
   * @returns JSON of the result set, UTF-8; valid until the guest is used or reset
   * @throws RegoEvaluationError
   */
  evaluate(input: readonly Uint8Array[], log: GuestLog): Uint8Array {
    if (this.#missingEntryPoint !== undefined) throw new RegoEvaluationError(this.#missingEntryPoint);
    return trapsAsErrors(() => this.#host.during(log, () => readBytes(this.memory, this.#run(input))));
  }

  /**
   * Step by step, which every ABI version can do; `opa_eval`, all of it in one call, is not faster.
   *
   * @returns address of the result's JSON
   */
  #run(input: readonly Uint8Array[]): Address {
    const exports = this.#exports;
    const inputAddress = this.#parse(input);
    const context = exports.opa_eval_ctx_new();
    exports.opa_eval_ctx_set_input(context, inputAddress);
    exports.opa_eval_ctx_set_data(context, this.#data);
    exports.opa_eval_ctx_set_entrypoint(context, entryPoint);
    exports.eval(context);
    return exports.opa_json_dump(exports.opa_eval_ctx_get_result(context));
  }

  #parse(json: readonly Uint8Array[]): Address {
    const { address, length } = writeBytes(this.#exports, this.memory, json);
    const value = this.#exports.opa_json_parse(address, length);
    if (value === 0) throw new RegoEvaluationError('Rego wasm error: Failed to load json in memory');
    return value;
  }
}

/**
 * Instantiates a module and loads its data document.
 *
 * @param data - canonical JSON of the data document
 * @throws RegoModuleError, RegoEvaluationError as the constructor of {@link RegoGuest}
 */
export async function createRegoGuest(
  module: PolicyModule,
  data: Uint8Array,
  machine: Machine,
): Promise<RegoGuest> {
  const memory = new WebAssembly.Memory({
    initial: module.sandbox.initialPages,
    maximum: module.sandbox.maximumPages,
  });
  const host = new HostFunctions(machine);
  try {
    const instance = await WebAssembly.instantiate(module.wasm, { env: { memory, ...host.imports } });
    return new RegoGuest(instance, memory, host, data);
  } catch (cause) {
    if (cause instanceof RegoModuleError || cause instanceof RegoEvaluationError) throw cause;
    throw new RegoModuleError(`wasm engine error: linker cannot create instance: ${errorText(cause)}`, {
      cause,
    });
  }
}

/** An object of names and numbers. */
function readNumbers(
  address: Address,
  exports: RegoExports,
  memory: WebAssembly.Memory,
): ReadonlyMap<string, number> {
  const value = parseValue(readText(memory, exports.opa_json_dump(address)), { json: true });
  if (!(value instanceof RegoObject)) {
    throw new RegoModuleError("Rego wasm error: OPA builtins didn't return a dictionary");
  }
  return new Map(jsonEntries(value).map(([name, id]) => [name, Number(id)]));
}

/** @throws RegoEvaluationError for whatever is the guest's fault */
function trapsAsErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const trap = cause instanceof RegoEvaluationError ? undefined : guestFaultMessage(cause);
    if (trap === undefined) throw cause;
    throw new RegoEvaluationError(`wasm engine error: error invoking opa_eval function: ${trap}`, { cause });
  }
}
