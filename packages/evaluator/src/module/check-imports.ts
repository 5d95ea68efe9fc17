import {
  functionType,
  isRegoMode,
  type ExecutionMode,
  type ValueType as WasmValueType,
  type WasmImport,
  type WasmModule,
} from '@kubewarden/policy';
import { regoImports, regoMemoryImport } from '../rego/imports.ts';
import { wapcImports } from '../wapc/imports.ts';
import { wasiPreview1Imports } from '../wasi-preview1/imports.ts';
import { wasiImports } from '../wasi/imports.ts';
import { PolicyModuleError } from './error.ts';
import type { ImportSignature } from './imports.ts';

type Offers = ReadonlyMap<string, ImportSignature>;

function offers(...tables: (readonly ImportSignature[])[]): Offers {
  return new Map(tables.flat().map((signature) => [importName(signature), signature]));
}

const regoOffers = offers(regoImports);

const offersByMode: Readonly<Record<ExecutionMode, Offers>> = {
  'kubewarden-wapc': offers(wapcImports, wasiPreview1Imports),
  wasi: offers(wasiImports, wasiPreview1Imports),
  opa: regoOffers,
  gatekeeper: regoOffers,
};

/**
 * Refuses a module that asks for what the host of its mode does not offer.
 *
 * @throws PolicyModuleError naming all imports that are unknown, or the first one that has another type
 */
export function checkImports(module: WasmModule, mode: ExecutionMode): void {
  const offered = offersByMode[mode];
  const unknown: string[] = [];
  let functionIndex = 0;
  for (const entry of module.imports) {
    const name = importName(entry);
    if (entry.kind !== 'function') {
      if (!isHostMemory(entry, mode)) unknown.push(`\`${name}\``);
      continue;
    }
    const signature = offered.get(name);
    if (signature === undefined) unknown.push(`\`${name}\``);
    else checkSignature(module, functionIndex, signature);
    functionIndex++;
  }
  if (unknown.length === 1) throw new PolicyModuleError(`unknown import: ${unknown[0]} has not been defined`);
  if (unknown.length > 1) {
    throw new PolicyModuleError(`unknown imports: ${unknown.toSorted().join(', ')} have not been defined`);
  }
}

/** Rego modules get their memory from the host. */
function isHostMemory(entry: WasmImport, mode: ExecutionMode): boolean {
  return isRegoMode(mode) && entry.kind === 'memory' && importName(entry) === importName(regoMemoryImport);
}

function checkSignature(module: WasmModule, functionIndex: number, offered: ImportSignature): void {
  const type = functionType(module, functionIndex);
  const wanted = type === undefined ? 'no function type' : formatSignature(type.parameters, type.results);
  const given = formatSignature(offered.parameters, offered.results);
  if (wanted !== given) {
    throw new PolicyModuleError(
      `incompatible import type for \`${importName(offered)}\`: the module wants ${wanted}, the host offers ${given}`,
    );
  }
}

/** `(i32, i32) -> (i32)` */
function formatSignature(parameters: readonly WasmValueType[], results: readonly WasmValueType[]): string {
  return `(${parameters.join(', ')}) -> (${results.join(', ')})`;
}

function importName({ module, name }: { readonly module: string; readonly name: string }): string {
  return `${module}::${name}`;
}
