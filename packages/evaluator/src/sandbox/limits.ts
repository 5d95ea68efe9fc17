import {
  ByteReader,
  concatBytes,
  encodeName,
  encodeUnsigned,
  encodeVector,
  sectionIds,
  type Limits,
  type SectionContent,
  type WasmModule,
} from '@kubewarden/policy';
import { PolicyModuleError } from '../module/error.ts';
import { externalKind } from './opcodes.ts';
import { pageBytes } from './plan.ts';

/** Elements that all tables of an instance may have together. */
const maximumTableElements = 1_000_000;

/**
 * Pages that a memory which the host makes has at least: as in the original (evaluator.md 6.4), whatever the
 * module asks for. Saves modules compiled by OPA, which ask for 2, from growing it at once.
 */
const minimumHostPages = 5;

/** Limits of the memories in the order of their indices, imported ones first. */
export function memoriesOf({ imports, memories }: WasmModule): Limits[] {
  const imported = imports.flatMap((entry) => (entry.kind === 'memory' ? [hostLimits(entry.limits)] : []));
  return [...imported, ...memories];
}

function hostLimits(limits: Limits): Limits {
  return {
    ...limits,
    minimum: Math.max(limits.minimum, Math.min(minimumHostPages, limits.maximum ?? Infinity)),
  };
}

/** What each of several memories, or tables, may have of a bound that is for all of them. */
export function shareOf(bound: number, count: number): number {
  return Math.floor(bound / Math.max(1, count));
}

/**
 * Refuses memories and tables that cannot be bounded, or start above their bound.
 *
 * @param maximumPages - for all memories together, in pages of 64 KiB
 * @throws PolicyModuleError
 */
export function checkLimits(module: WasmModule, maximumPages: number): void {
  const memories = memoriesOf(module);
  for (const { is64, shared, pageSizeLog2 } of memories) {
    if (is64) throw new PolicyModuleError('the module has a 64-bit memory, which is not supported');
    if (shared) throw new PolicyModuleError('the module has a shared memory, which is not supported');
    if (pageSizeLog2 !== undefined) {
      throw new PolicyModuleError('the module has a memory with custom page size, which is not supported');
    }
  }
  const share = shareOf(maximumPages, memories.length);
  if (memories.some(({ minimum }) => minimum > share)) {
    const wanted = memories.reduce((sum, { minimum }) => sum + minimum * pageBytes, 0);
    throw new PolicyModuleError(
      `the module needs ${wanted} bytes of memory to start, at most ${maximumPages * pageBytes} are allowed`,
    );
  }
  const { tables } = module;
  const tableShare = shareOf(maximumTableElements, tables.length);
  if (tables.some(({ limits }) => limits.minimum > tableShare)) {
    const wanted = tables.reduce((sum, { limits }) => sum + limits.minimum, 0);
    throw new PolicyModuleError(
      `the module needs tables of ${wanted} elements to start, at most ${maximumTableElements} are allowed`,
    );
  }
}

/**
 * The sections that declare memories and tables, with maxima that keep the bounds. The minima were checked
 * before: {@link checkLimits}.
 */
export function capLimits(module: WasmModule, maximumPages: number): SectionContent[] {
  const { bytes, imports, memories, tables } = module;
  const sections: SectionContent[] = [];
  const share = shareOf(maximumPages, memoriesOf(module).length);
  if (imports.some(({ kind }) => kind === 'memory')) {
    const entries = imports.map((entry) =>
      entry.kind === 'memory'
        ? concatBytes([
            encodeName(entry.module),
            encodeName(entry.name),
            Uint8Array.of(externalKind.memory),
            encodeCapped(hostLimits(entry.limits), share),
          ])
        : bytes.subarray(entry.start, entry.end),
    );
    sections.push({ id: sectionIds.import, payload: encodeVector(entries) });
  }
  if (memories.length > 0) {
    const entries = memories.map((limits) => encodeCapped(limits, share));
    sections.push({ id: sectionIds.memory, payload: encodeVector(entries) });
  }
  if (tables.length > 0) {
    const tableShare = shareOf(maximumTableElements, tables.length);
    const entries = tables.map((table) => encodeCappedTable(bytes, table, tableShare));
    sections.push({ id: sectionIds.table, payload: encodeVector(entries) });
  }
  return sections;
}

function encodeCapped({ minimum, maximum = Infinity, is64 }: Limits, cap: number): Uint8Array {
  const flags = is64 ? 5 : 1;
  return Uint8Array.of(flags, ...encodeUnsigned(minimum), ...encodeUnsigned(Math.min(maximum, cap)));
}

/** An entry of the table section: perhaps a mark that an initial value follows, element type, limits, value. */
function encodeCappedTable(bytes: Uint8Array, table: WasmModule['tables'][number], cap: number): Uint8Array {
  const reader = new ByteReader(bytes, table.start, table.end);
  if (bytes[table.start] === 0x40) reader.skip(2);
  const elementType = reader.byte();
  if (elementType === 0x63 || elementType === 0x64) reader.skipSigned();
  const limits = reader.offset;
  if ((reader.byte() & 1) !== 0) reader.unsigned64();
  reader.unsigned64();
  return concatBytes([
    bytes.subarray(table.start, limits),
    encodeCapped(table.limits, cap),
    bytes.subarray(reader.offset, table.end),
  ]);
}
