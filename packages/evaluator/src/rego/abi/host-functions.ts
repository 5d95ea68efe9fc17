import { errorText } from '../../host/errors.ts';
import { BuiltinError, type Builtin, type BuiltinContext } from '../builtins/builtin.ts';
import { findBuiltin } from '../builtins/table.ts';
import { writeValue } from '../values/format.ts';
import { parseValue, RegoSyntaxError } from '../values/parse.ts';
import type { RegoValue } from '../values/value.ts';
import { RegoEvaluationError, RegoModuleError } from './errors.ts';
import { Evaluation, type GuestLog, type Machine } from './evaluation.ts';
import type { Address, RegoExports } from './exports.ts';
import { readText, writeText } from './memory.ts';

/** The functions that a guest imports. */
export class HostFunctions {
  readonly imports: Readonly<Record<string, (...parameters: number[]) => number | undefined>>;
  #exports!: RegoExports;
  #memory!: WebAssembly.Memory;
  #builtins: ReadonlyMap<number, readonly [name: string, implementation: Builtin]> = new Map();
  #context: BuiltinContext | undefined;
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
    const call = (id: number, _context: number, ...operands: Address[]): Address => this.#call(id, operands);
    this.imports = {
      opa_abort: (message) => {
        throw new RegoEvaluationError(`wasm engine error: opa_abort: ${this.#text(message)}`);
      },
      opa_println: (message) => {
        this.#context?.log('info', this.#text(message));
        return undefined;
      },
      opa_builtin0: call,
      opa_builtin1: call,
      opa_builtin2: call,
      opa_builtin3: call,
      opa_builtin4: call,
    };
  }

  attach(exports: RegoExports, memory: WebAssembly.Memory): void {
    this.#exports = exports;
    this.#memory = memory;
  }

  /** @throws RegoModuleError naming all builtins that are missing */
  link(required: ReadonlyMap<string, number>): void {
    const linked = new Map<number, readonly [string, Builtin]>();
    const missing: string[] = [];
    for (const [name, id] of required) {
      const implementation = findBuiltin(name);
      if (implementation === undefined) missing.push(name);
      else linked.set(id, [name, implementation]);
    }
    if (missing.length > 0) {
      throw new RegoModuleError(`Missing Rego builtins: ${missing.toSorted().join(', ')}`);
    }
    this.#builtins = linked;
  }

  /** Gives the guest a log and a clock while `run` runs. */
  during<T>(log: GuestLog, run: () => T): T {
    this.#context = new Evaluation(log, this.#machine);
    try {
      return run();
    } finally {
      this.#context = undefined;
    }
  }

  #call(id: number, operands: readonly Address[]): Address {
    const builtin = this.#builtins.get(id);
    if (builtin === undefined || this.#context === undefined) {
      throw new RegoEvaluationError(`Builtin not implemented: cannot find builtin ${id}`);
    }
    const [name, implementation] = builtin;
    const values = operands.map((operand) => this.#value(operand));
    const result = callBuiltin(name, implementation, this.#context, values);
    if (result === undefined) return 0;
    const { address, length } = writeText(this.#exports, this.#memory, writeValue(result));
    const exports = this.#exports;
    const value = exports.opa_value_parse?.(address, length) ?? exports.opa_json_parse(address, length);
    if (value === 0) throw new RegoEvaluationError(`Rego wasm error: result of ${name} is no Rego value`);
    return value;
  }

  #value(address: Address): RegoValue {
    const exports = this.#exports;
    const text = exports.opa_value_dump?.(address) ?? exports.opa_json_dump(address);
    try {
      return parseValue(this.#text(text));
    } catch (cause) {
      if (!(cause instanceof RegoSyntaxError)) throw cause;
      throw new RegoEvaluationError(`Rego wasm error: no Rego value: ${cause.message}`, { cause });
    }
  }

  #text(address: Address): string {
    return readText(this.#memory, address);
  }
}

/**
 * A builtin that fails ends the whole evaluation. OPA would leave the expression undefined instead, which for
 * a violation means that the request is allowed.
 */
function callBuiltin(
  name: string,
  implementation: Builtin,
  context: BuiltinContext,
  operands: readonly RegoValue[],
): RegoValue | undefined {
  try {
    return implementation(context, ...operands);
  } catch (cause) {
    const message = cause instanceof BuiltinError ? cause.message : `internal error: ${errorText(cause)}`;
    throw new RegoEvaluationError(`Builtin error [${JSON.stringify(name)}]: ${JSON.stringify(message)}`, {
      cause,
    });
  }
}
