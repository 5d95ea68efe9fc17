import type { ImportSignature, ValueType } from '../module/imports.ts';
import { GuestMemoryFault } from '../runtime/guest-fault.ts';
import { suspendingImport } from '../runtime/promise-integration.ts';
import { deniedFunctions } from './denied.ts';
import { descriptorFunctions } from './descriptors.ts';
import { environmentFunctions } from './environment.ts';
import { errno } from './errno.ts';
import type { WasiFunction, WasiFunctions } from './function.ts';
import { wasiLayouts, type WasiModule } from './layout.ts';
import { pollFunctions } from './poll.ts';
import type { WasiProcess } from './process.ts';

/** All functions, by the name of the module that they are imported from. */
const wasiFunctions: Readonly<Record<WasiModule, WasiFunctions>> = {
  wasi_snapshot_preview1: functionsOf('wasi_snapshot_preview1'),
  wasi_unstable: functionsOf('wasi_unstable'),
};

function functionsOf(module: WasiModule): WasiFunctions {
  const layout = wasiLayouts[module];
  const functions: Record<string, WasiFunction> = {
    ...environmentFunctions,
    ...descriptorFunctions(layout),
    ...deniedFunctions(layout),
    ...pollFunctions(layout),
  };
  // Sockets could not be accepted in the older version.
  if (module === 'wasi_unstable') delete functions['sock_accept'];
  return functions;
}

/** The functions of WASI preview 1, all 46, and the 45 of its predecessor. */
export const wasiPreview1Imports: readonly ImportSignature[] = Object.entries(wasiFunctions).flatMap(
  ([module, functions]) =>
    Object.entries(functions).map(([name, { parameters, noReturn }]) => ({
      module,
      name,
      parameters: Array.from(parameters, (letter): ValueType => (letter === 'I' ? 'i64' : 'i32')),
      results: noReturn ? [] : ['i32'],
    })),
);

/**
 * The WASI functions that a module imports, bound to one process.
 *
 * @param wanted - the module's imports; others than those of WASI are passed over
 */
export function bindWasi(
  process: WasiProcess,
  wanted: readonly WebAssembly.ModuleImportDescriptor[],
): WebAssembly.Imports {
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module, name } of wanted) {
    if (!isWasiModule(module) || !Object.hasOwn(wasiFunctions[module], name)) continue;
    (imports[module] ??= {})[name] = bind(process, wasiFunctions[module][name]!);
  }
  return imports;
}

function isWasiModule(module: string): module is WasiModule {
  return Object.hasOwn(wasiFunctions, module);
}

function bind(process: WasiProcess, { run, suspends }: WasiFunction): WebAssembly.ImportValue {
  const call = run as (process: WasiProcess, ...parameters: (number | bigint)[]) => number | Promise<number>;
  const bound = (...parameters: (number | bigint)[]): number | Promise<number> => {
    try {
      return call(process, ...parameters);
    } catch (error) {
      if (error instanceof GuestMemoryFault) return errno.fault;
      throw error;
    }
  };
  return suspends ? suspendingImport(bound) : bound;
}
