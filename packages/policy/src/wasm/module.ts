import { ByteReader } from './byte-reader.ts';
import { skipConstantExpression } from './constant-expression.ts';
import { WasmFormatError } from './errors.ts';
import { sectionIds, walkSections, type WasmSection } from './sections.ts';
import { readDataSegments, readElementSegments, type DataSegment, type ElementSegment } from './segments.ts';
import {
  readLimits,
  readTypes,
  readValueType,
  type FunctionType,
  type Limits,
  type ValueType,
  type WasmType,
} from './types.ts';

/** Where something stands in the module's bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface TableType {
  readonly elementType: ValueType;
  readonly limits: Limits;
}

export interface GlobalType {
  readonly type: ValueType;
  readonly mutable: boolean;
}

/** What is imported; the range is that of the whole entry of the import section. */
export type WasmImport = ByteRange & { readonly module: string; readonly name: string } & (
    | { readonly kind: 'function'; readonly typeIndex: number }
    | { readonly kind: 'table'; readonly table: TableType }
    | { readonly kind: 'memory'; readonly limits: Limits }
    | { readonly kind: 'global'; readonly global: GlobalType }
    | { readonly kind: 'tag'; readonly typeIndex: number }
  );

export type ExternalKind = WasmImport['kind'];

export interface WasmExport extends ByteRange {
  readonly name: string;
  readonly kind: ExternalKind;
  /** In the index space of its kind, in which imports come first. */
  readonly index: number;
}

/**
 * A module taken apart. Lists hold what the module itself defines, without imports; ranges are those of the
 * entries in `bytes`. Nothing is copied.
 *
 * To change a module: take its `sections`, put changed ones in their place with {@link withSection} and
 * {@link appendEntries}, and write them with {@link writeModule}.
 */
export interface WasmModule {
  readonly bytes: Uint8Array;
  readonly sections: readonly WasmSection[];
  readonly types: readonly WasmType[];
  readonly imports: readonly WasmImport[];
  /** Type indices of the defined functions. */
  readonly functions: Uint32Array;
  readonly tables: readonly (TableType & ByteRange)[];
  readonly memories: readonly (Limits & ByteRange)[];
  readonly globals: readonly (GlobalType & ByteRange)[];
  readonly exports: readonly WasmExport[];
  /** Index of the start function. */
  readonly start?: number;
  readonly elements: readonly ElementSegment[];
  readonly dataCount?: number;
  readonly data: readonly DataSegment[];
  /** The function bodies: locals and code, without the length in front. */
  readonly bodies: readonly ByteRange[];
}

const externalKinds: readonly ExternalKind[] = ['function', 'table', 'memory', 'global', 'tag'];

/**
 * Reads the structure of a module: everything but the code. Validation is left to the engine, yet every
 * length and count is checked before it is used.
 *
 * @throws WasmFormatError if the bytes are not a core module, or are damaged
 */
export function readModule(bytes: Uint8Array): WasmModule {
  const sections = [...walkSections(bytes)];
  const read = <T>(id: number, decode: (reader: ByteReader) => T): T | undefined => {
    const section = sections.find((candidate) => candidate.id === id);
    if (section === undefined) return undefined;
    const reader = new ByteReader(bytes, section.start, section.start + section.payload.length);
    const content = decode(reader);
    if (!reader.atEnd) {
      throw new WasmFormatError(`section ${id} is longer than its content`, reader.offset);
    }
    return content;
  };
  const start = read(sectionIds.start, (reader) => reader.unsigned());
  const dataCount = read(sectionIds.dataCount, (reader) => reader.unsigned());
  const functions = read(sectionIds.function, readIndices) ?? new Uint32Array(0);
  const bodies = read(sectionIds.code, readBodies) ?? [];
  if (functions.length !== bodies.length) {
    const detail = `${functions.length} functions are declared but ${bodies.length} have a body`;
    throw new WasmFormatError(detail, bytes.length);
  }
  return {
    bytes,
    sections,
    types: read(sectionIds.type, readTypes) ?? [],
    imports: read(sectionIds.import, entriesOf(readImport)) ?? [],
    functions,
    tables: read(sectionIds.table, entriesOf(readTable)) ?? [],
    memories: read(sectionIds.memory, entriesOf(readLimits)) ?? [],
    globals: read(sectionIds.global, entriesOf(readGlobal)) ?? [],
    exports: read(sectionIds.export, entriesOf(readExport)) ?? [],
    ...(start === undefined ? {} : { start }),
    elements: read(sectionIds.element, readElementSegments) ?? [],
    ...(dataCount === undefined ? {} : { dataCount }),
    data: read(sectionIds.data, readDataSegments) ?? [],
    bodies,
  };
}

/** The type of a function by its index in the function index space; undefined if there is no such function. */
export function functionType(module: WasmModule, index: number): FunctionType | undefined {
  const imported = module.imports.filter((entry) => entry.kind === 'function');
  const typeIndex =
    index < imported.length ? imported[index]!.typeIndex : module.functions[index - imported.length];
  const type = typeIndex === undefined ? undefined : module.types[typeIndex];
  return type?.kind === 'function' ? type : undefined;
}

/** The names of all exports, read without looking at anything else in the module. */
export function exportNames(bytes: Uint8Array): string[] {
  for (const { id, start, payload } of walkSections(bytes)) {
    if (id !== sectionIds.export) continue;
    return entriesOf(readExport)(new ByteReader(bytes, start, start + payload.length)).map(
      ({ name }) => name,
    );
  }
  return [];
}

function entriesOf<T>(decode: (reader: ByteReader) => T): (reader: ByteReader) => (T & ByteRange)[] {
  return (reader) => {
    const entries: (T & ByteRange)[] = [];
    for (let left = reader.count(); left > 0; left--) {
      const start = reader.offset;
      entries.push({ ...decode(reader), start, end: reader.offset });
    }
    return entries;
  };
}

function readIndices(reader: ByteReader): Uint32Array {
  const indices = new Uint32Array(reader.count());
  for (let index = 0; index < indices.length; index++) indices[index] = reader.unsigned();
  return indices;
}

function readBodies(reader: ByteReader): ByteRange[] {
  const bodies: ByteRange[] = [];
  for (let left = reader.count(); left > 0; left--) {
    const length = reader.unsigned();
    const start = reader.offset;
    reader.skip(length);
    bodies.push({ start, end: reader.offset });
  }
  return bodies;
}

function readKind(reader: ByteReader): ExternalKind {
  const start = reader.offset;
  const code = reader.byte();
  const kind = externalKinds[code];
  if (kind === undefined) throw new WasmFormatError(`import or export kind ${code} is unknown`, start);
  return kind;
}

type ImportDescription = WasmImport extends infer Entry
  ? Entry extends ByteRange
    ? Omit<Entry, 'start' | 'end'>
    : never
  : never;

function readImport(reader: ByteReader): ImportDescription {
  const module = reader.text();
  const name = reader.text();
  const kind = readKind(reader);
  switch (kind) {
    case 'function':
      return { module, name, kind, typeIndex: reader.unsigned() };
    case 'table':
      return { module, name, kind, table: readTableType(reader) };
    case 'memory':
      return { module, name, kind, limits: readLimits(reader) };
    case 'global':
      return { module, name, kind, global: readGlobalType(reader) };
    case 'tag':
    default:
      reader.skip(1); // the attribute, always 0: exception
      return { module, name, kind, typeIndex: reader.unsigned() };
  }
}

function readTableType(reader: ByteReader): TableType {
  return { elementType: readValueType(reader), limits: readLimits(reader) };
}

function readTable(reader: ByteReader): TableType {
  // 0x40 0x00 announces a table whose elements have an initial value.
  const initialised = reader.bytes[reader.offset] === 0x40;
  if (initialised) reader.skip(2);
  const type = readTableType(reader);
  if (initialised) skipConstantExpression(reader);
  return type;
}

function readGlobalType(reader: ByteReader): GlobalType {
  return { type: readValueType(reader), mutable: reader.byte() === 1 };
}

function readGlobal(reader: ByteReader): GlobalType {
  const type = readGlobalType(reader);
  skipConstantExpression(reader);
  return type;
}

function readExport(reader: ByteReader): { name: string; kind: ExternalKind; index: number } {
  return { name: reader.text(), kind: readKind(reader), index: reader.unsigned() };
}
