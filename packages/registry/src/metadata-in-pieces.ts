import {
  ByteReader,
  concatBytes,
  encodeSection,
  type Metadata,
  MetadataError,
  metadataSectionName,
  readMetadata,
  sectionIds,
  WasmFormatError,
} from '@kubewarden/policy';

/** Gets the bytes from `start` up to, and without, `end`. */
export type ReadBytes = (start: number, end: number) => Promise<Uint8Array>;

/** Bounds on reading metadata. */
export interface MetadataReadLimits {
  /** How much is read at once, at least; sections in it are looked at without another read. */
  readonly windowBytes: number;
  readonly maximumReads: number;
}

/** Metadata is some kilobytes, a README in it included. */
const maximumMetadataBytes = 1024 * 1024;
/** Modules have some twenty sections. */
const maximumSections = 4096;
const headerBytes = 8;
/** Section id, its length, the length of a name and the name that is looked for. */
const sectionStartBytes = 1 + 5 + 5 + metadataSectionName.length;

/**
 * Reads the metadata of a policy without reading all of its module: from one section header to the next.
 *
 * @param size - of the module, in bytes
 * @returns undefined if the module has none
 * @throws MetadataError if the bytes are not a core module, the section cannot be decoded, or a bound is passed
 */
export async function readMetadataInPieces(
  size: number,
  read: ReadBytes,
  limits: MetadataReadLimits,
): Promise<Metadata | undefined> {
  const window = createWindow(size, read, limits);
  const header = await window(0, Math.min(headerBytes, size));
  try {
    // Tells what is wrong with a header.
    readMetadata(header);
    let position = headerBytes;
    for (let count = 0; position < size; count += 1) {
      if (count === maximumSections)
        throw new MetadataError(`a module has more than ${maximumSections} sections`);
      const section = await readSectionStart(window, position, size);
      if (section.name === metadataSectionName) {
        if (section.length > maximumMetadataBytes) {
          throw new MetadataError(`metadata is larger than ${maximumMetadataBytes} bytes`);
        }
        const payload = await window(section.start, section.start + section.length);
        return readMetadata(concatBytes([header, encodeSection({ id: sectionIds.custom, payload })]));
      }
      position = section.start + section.length;
    }
    return undefined;
  } catch (cause) {
    if (!(cause instanceof WasmFormatError)) throw cause;
    throw new MetadataError(`cannot parse custom section of wasm module: ${cause.message}`, { cause });
  }
}

interface SectionStart {
  readonly name: string | undefined;
  /** Of the payload, in the module. */
  readonly start: number;
  readonly length: number;
}

async function readSectionStart(window: ReadBytes, position: number, size: number): Promise<SectionStart> {
  const reader = new ByteReader(await window(position, Math.min(position + sectionStartBytes, size)));
  const id = reader.byte();
  const length = reader.unsigned();
  const start = position + reader.offset;
  if (id > sectionIds.tag) throw new WasmFormatError(`section id ${id} is unknown`, position);
  if (length > size - start) {
    throw new WasmFormatError(
      `section ${id} has ${length} bytes but only ${size - start} are left`,
      position,
    );
  }
  return { name: id === sectionIds.custom ? nameIn(reader, length) : undefined, start, length };
}

/** The name of a custom section if it is short enough to be the one that is looked for. */
function nameIn(reader: ByteReader, length: number): string | undefined {
  const before = reader.offset;
  const nameLength = reader.unsigned();
  if (nameLength !== metadataSectionName.length || reader.offset - before + nameLength > length)
    return undefined;
  return Buffer.from(reader.view(nameLength)).toString('latin1');
}

/** Reads ahead, so that neighbouring small reads are one. */
function createWindow(
  size: number,
  read: ReadBytes,
  { windowBytes, maximumReads }: MetadataReadLimits,
): ReadBytes {
  let offset = 0;
  let bytes: Uint8Array = new Uint8Array(0);
  let reads = 0;
  return async (start, end) => {
    if (start < offset || end > offset + bytes.byteLength) {
      if (reads === maximumReads)
        throw new MetadataError(`metadata is not found within ${maximumReads} reads`);
      reads += 1;
      const wanted = Math.min(size, Math.max(end, start + windowBytes));
      bytes = await read(start, wanted);
      offset = start;
      if (bytes.byteLength < end - start) throw new MetadataError('the module is shorter than it should be');
    }
    return bytes.subarray(start - offset, end - offset);
  };
}
