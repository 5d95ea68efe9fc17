import type { ValueType, WasmModule } from '@kubewarden/policy';
import type { ScannedCode } from './code.ts';

/**
 * Elements that the tables of a module may have together for a reset to look through them; beyond, a fresh
 * instance costs less.
 */
const maximumRestoredElements = 2048;

/** What an instance of a module can change, apart from its memory. */
export interface MutableState {
  /** Indices of globals. */
  readonly globals: readonly number[];
  /** Indices of tables. */
  readonly tables: readonly number[];
}

/** Types whose values JavaScript can read from a global or a table and write back. */
const restorable: ReadonlySet<ValueType> = new Set(['i32', 'i64', 'f32', 'f64', 'funcref', 'externref']);

/**
 * Finds what a reset of an instance has to restore.
 *
 * @returns the state; or the reason why it cannot be restored, as a clause
 */
export function findMutableState(module: WasmModule, code: ScannedCode): MutableState | string {
  const { types, tables, globals } = module;
  // Such objects can be changed through constants that refer to them.
  if (types.some(({ kind }) => kind !== 'function')) return 'the module has objects (garbage collection)';
  if (countImports(module, 'memory') + module.memories.length > 1) return 'the module has several memories';
  if (hidesMemory(module)) return 'the module does not export its memory';
  if (globals.some(({ mutable, type }) => mutable && !restorable.has(type))) {
    return 'the module has a mutable global that JavaScript cannot read';
  }
  if (code.dropsSegments) return 'the module drops segments of data or elements';
  if (code.changesTables) {
    if (tables.some(({ elementType, limits }) => !restorable.has(elementType) || limits.is64)) {
      return 'the module changes a table that JavaScript cannot read';
    }
    if (tables.reduce((sum, { limits }) => sum + limits.minimum, 0) > maximumRestoredElements) {
      return `the module changes tables of more than ${maximumRestoredElements} elements`;
    }
  }
  const importedGlobals = countImports(module, 'global');
  const importedTables = countImports(module, 'table');
  return {
    globals: globals.flatMap(({ mutable }, index) => (mutable ? [importedGlobals + index] : [])),
    tables: code.changesTables ? tables.map((_, index) => importedTables + index) : [],
  };
}

/** Whether there is a memory that the host cannot see: it knows the one that it made, or the export `memory`. */
function hidesMemory({ memories, exports }: WasmModule): boolean {
  return memories.length > 0 && !exports.some(({ kind, name }) => kind === 'memory' && name === 'memory');
}

/** How many of the module's imports are of a kind; they come first in the index space of that kind. */
export function countImports({ imports }: WasmModule, kind: WasmModule['imports'][number]['kind']): number {
  return imports.filter((entry) => entry.kind === kind).length;
}
