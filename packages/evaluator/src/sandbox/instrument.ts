import {
  appendEntries,
  concatBytes,
  encodeName,
  encodeUnsigned,
  sectionIds,
  withSection,
  writeModule,
  type ExecutionMode,
  type SectionContent,
  type WasmModule,
} from '@kubewarden/policy';
import { PolicyModuleError } from '../module/error.ts';
import { scanCode, type ScannedCode } from './code.ts';
import { virtualiseGrowth } from './growth.ts';
import { UnknownInstructionError } from './instructions.ts';
import { capLimits, memoriesOf, shareOf } from './limits.ts';
import { externalKind } from './opcodes.ts';
import type { SandboxPlan } from './plan.ts';
import { findMutableState, type MutableState } from './state.ts';

/** A module made ready for sandboxes. */
export interface InstrumentedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly plan: SandboxPlan;
}

/** Prefix of the names under which instrumentation exports what a reset needs. */
const reservedExportPrefix = 'kubewarden:sandbox/';

/**
 * Rewrites a module so that its instances can be brought back to their initial state, and caps its memory and
 * tables.
 *
 * Mutable globals, and tables that code changes, are exported under reserved names, and the growth of the
 * memory becomes virtual ({@link virtualiseGrowth}). Everything is appended, so that no index shifts. Where
 * state cannot be restored, the plan says that every review needs a fresh instance, and why.
 *
 * @param module - one that the engine accepts: code that refers to what is appended would become valid by it
 * @param options.maximumPages - for all memories of an instance together, in pages of 64 KiB
 * @throws PolicyModuleError if the module uses reserved names
 */
export function instrument(
  module: WasmModule,
  options: { readonly executionMode: ExecutionMode; readonly maximumPages: number },
): InstrumentedModule {
  const reserved = module.exports.find(({ name }) => name.startsWith(reservedExportPrefix));
  if (reserved !== undefined) {
    throw new PolicyModuleError(`the module exports \`${reserved.name}\`, a name reserved for the host`);
  }
  const memories = memoriesOf(module);
  const share = shareOf(options.maximumPages, memories.length);
  const memory = {
    initialPages: memories[0]?.minimum ?? 0,
    maximumPages: Math.min(memories[0]?.maximum ?? share, share),
  };
  const capped = capLimits(module, options.maximumPages);
  const code = scanOrReason(module);
  const growth = typeof code === 'string' ? undefined : growthOf(module, code, memory);
  const sections = [...capped, ...(growth?.sections ?? [])];
  const state = mutableState(module, code, options.executionMode);
  if (typeof state === 'string') {
    return {
      bytes: writeModule(replaceSections(module.sections, sections)),
      plan: { strategy: 'fresh', reason: state, globals: [], tables: [], ...memory },
    };
  }
  const globals = [...state.globals, ...(growth === undefined ? [] : [growth.pagesGlobal])].map((index) => ({
    name: `${reservedExportPrefix}global/${index}`,
    kind: externalKind.global,
    index,
  }));
  const tables = state.tables.map((index) => ({
    name: `${reservedExportPrefix}table/${index}`,
    kind: externalKind.table,
    index,
  }));
  const exports = [...globals, ...tables].map(({ name, kind, index }) =>
    concatBytes([encodeName(name), Uint8Array.of(kind), encodeUnsigned(index)]),
  );
  const exportSection = {
    id: sectionIds.export,
    payload: appendEntries(module.sections.find(({ id }) => id === sectionIds.export)?.payload, exports),
  };
  return {
    bytes: writeModule(replaceSections(module.sections, [...sections, exportSection])),
    plan: {
      strategy: 'restore',
      globals: globals.map(({ name }) => name),
      tables: tables.map(({ name }) => name),
      ...memory,
    },
  };
}

function scanOrReason(module: WasmModule): ScannedCode | string {
  try {
    return scanCode(module);
  } catch (error) {
    if (error instanceof UnknownInstructionError) return `the code is not understood: ${error.message}`;
    throw error;
  }
}

function mutableState(
  module: WasmModule,
  code: ScannedCode | string,
  executionMode: ExecutionMode,
): MutableState | string {
  if (executionMode === 'wasi') return 'a WASI program runs once per instance';
  return typeof code === 'string' ? code : findMutableState(module, code);
}

/**
 * Growth is made virtual also where no instance is ever reset: the engine does not end a thread that is in a loop of
 * `memory.grow` before the memory is as large as it may be, which can take half a minute; in a loop of calls it does.
 */
function growthOf(
  module: WasmModule,
  code: ScannedCode,
  memory: { readonly initialPages: number; readonly maximumPages: number },
): ReturnType<typeof virtualiseGrowth> | undefined {
  const isPlain = memoriesOf(module).length === 1 && module.types.every(({ kind }) => kind === 'function');
  return code.growsMemory && isPlain ? virtualiseGrowth(module, code, memory) : undefined;
}

function replaceSections(
  sections: readonly SectionContent[],
  replacements: readonly SectionContent[],
): readonly SectionContent[] {
  return replacements.reduce<readonly SectionContent[]>(withSection, sections);
}
