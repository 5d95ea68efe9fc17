import { ByteReader } from './byte-reader.ts';
import { concatBytes, encodeName, encodeUnsigned } from './encode.ts';
import { WasmFormatError } from './errors.ts';

/** Section ids of the binary format. */
export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** The order in which sections have to come. */
const sectionOrder: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** A section to be written. */
export interface SectionContent {
  /** One of {@link sectionIds}. */
  readonly id: number;
  /** What follows id and length; of a custom section the name is a part of it. */
  readonly payload: Uint8Array;
}

/** A section as it stands in a module. */
export interface WasmSection extends SectionContent {
  /** Name of a custom section. */
  readonly name?: string;
  /** Offset of the payload in the module. The payload is a view of the module's bytes. */
  readonly start: number;
}

const headerLength = 8;

/** Magic number and version 1. */
const header = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/**
 * Walks the sections of a module from the first on. Payloads are neither copied nor looked into, and what
 * follows the last section that the caller asks for is not looked at, so that reading one section of a large
 * module costs nothing.
 *
 * @throws WasmFormatError when the walk meets something that is not a core module
 */
export function* walkSections(bytes: Uint8Array): Generator<WasmSection, void> {
  requireHeader(bytes);
  const reader = new ByteReader(bytes, headerLength);
  let lastRank = -1;
  while (!reader.atEnd) {
    const headerStart = reader.offset;
    const id = reader.byte();
    const length = reader.unsigned();
    const start = reader.offset;
    if (length > bytes.length - start) {
      throw new WasmFormatError(
        `section ${id} has ${length} bytes but only ${bytes.length - start} are left`,
        headerStart,
      );
    }
    const payload = reader.view(length);
    if (id === sectionIds.custom) {
      const name = new ByteReader(bytes, start, start + length).text();
      yield { id, name, payload, start };
      continue;
    }
    const rank = sectionOrder.indexOf(id);
    if (rank < 0) throw new WasmFormatError(`section id ${id} is unknown`, headerStart);
    if (rank <= lastRank) {
      throw new WasmFormatError(`section ${id} is out of order or comes twice`, headerStart);
    }
    lastRank = rank;
    yield { id, payload, start };
  }
}

function requireHeader(bytes: Uint8Array): void {
  for (let index = 0; index < 4; index++) {
    if (bytes[index] !== header[index]) {
      throw new WasmFormatError('not a WebAssembly module: the magic number is missing', 0);
    }
  }
  if (bytes.length < headerLength) throw new WasmFormatError('unexpected end of the module', bytes.length);
  const version = bytes[4]! | (bytes[5]! << 8);
  const layer = bytes[6]! | (bytes[7]! << 8);
  if (layer === 1) {
    throw new WasmFormatError('this is a WebAssembly component; a core module is needed', 4);
  }
  if (version !== 1 || layer !== 0) {
    throw new WasmFormatError(`WebAssembly version ${version} is not supported`, 4);
  }
}

/** The content of a custom section, behind its name. A view, not a copy. */
export function customContent(section: WasmSection): Uint8Array {
  const reader = new ByteReader(section.payload);
  reader.skip(reader.unsigned());
  return section.payload.subarray(reader.offset);
}

/** A custom section to be written. */
export function customSection(name: string, content: Uint8Array): SectionContent {
  return { id: sectionIds.custom, payload: concatBytes([encodeName(name), content]) };
}

/** A section in binary form: id, length, payload. */
export function encodeSection({ id, payload }: SectionContent): Uint8Array<ArrayBuffer> {
  return concatBytes([Uint8Array.of(id), encodeUnsigned(payload.length), payload]);
}

/** A module of the given sections; their order is the caller's affair, see {@link withSection}. */
export function writeModule(sections: readonly SectionContent[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [header];
  for (const { id, payload } of sections) {
    parts.push(Uint8Array.of(id), encodeUnsigned(payload.length), payload);
  }
  return concatBytes(parts);
}

/**
 * The sections with one of them (not a custom one) put in place of that with the same id, or, if there is
 * none, put where the format wants it.
 */
export function withSection(sections: readonly SectionContent[], section: SectionContent): SectionContent[] {
  const result = [...sections];
  const rank = sectionOrder.indexOf(section.id);
  let place = 0;
  for (const [index, { id }] of sections.entries()) {
    if (id === section.id) {
      result[index] = section;
      return result;
    }
    if (id !== sectionIds.custom && sectionOrder.indexOf(id) < rank) place = index + 1;
  }
  result.splice(place, 0, section);
  return result;
}

/**
 * The payload of a section that is a vector (all but `start`, `dataCount` and custom ones) with entries added
 * behind the existing ones, so that no index changes.
 *
 * @param payload the present payload; undefined when the module has no such section
 * @param entries encoded entries
 */
export function appendEntries(
  payload: Uint8Array | undefined,
  entries: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const reader = new ByteReader(payload ?? Uint8Array.of(0));
  const count = reader.unsigned();
  return concatBytes([
    encodeUnsigned(count + entries.length),
    reader.bytes.subarray(reader.offset),
    ...entries,
  ]);
}
