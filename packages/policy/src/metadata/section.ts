import { JsonShapeError, JsonSyntaxError } from '../json/errors.ts';
import { ByteReader } from '../wasm/byte-reader.ts';
import { concatBytes, encodeName, encodeVector } from '../wasm/encode.ts';
import { WasmFormatError } from '../wasm/errors.ts';
import { readModule, type WasmImport, type WasmModule } from '../wasm/module.ts';
import {
  customContent,
  customSection,
  sectionIds,
  walkSections,
  withSection,
  writeModule,
  type SectionContent,
} from '../wasm/sections.ts';
import { decodeMetadata } from './decode.ts';
import { encodeMetadata } from './encode.ts';
import type { Metadata } from './metadata.ts';

/** Name of the custom section that holds the metadata. */
export const metadataSectionName = 'io.kubewarden.metadata';

/** The metadata of a module cannot be read. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError';
}

/** What holds for a module without metadata. */
export const defaultMetadata: Metadata = {
  rules: [],
  annotations: {},
  mutating: false,
  backgroundAudit: true,
  executionMode: 'kubewarden-wapc',
  policyType: 'kubernetes',
  contextAwareResources: [],
};

/**
 * Reads the metadata of a policy: the first custom section of that name. What follows it is not looked at.
 *
 * @returns undefined if the module has none
 * @throws MetadataError if the bytes are not a core module, or the section cannot be decoded
 */
export function readMetadata(module: Uint8Array): Metadata | undefined {
  try {
    for (const section of walkSections(module)) {
      if (section.name === metadataSectionName) return decodeMetadata(customContent(section));
    }
    return undefined;
  } catch (cause) {
    if (cause instanceof WasmFormatError) {
      throw new MetadataError(`cannot parse custom section of wasm module: ${cause.message}`, { cause });
    }
    if (cause instanceof JsonSyntaxError || cause instanceof JsonShapeError) {
      const message = `cannot deserialize custom section \`${metadataSectionName}\` of wasm module: ${cause.message}`;
      throw new MetadataError(message, { cause });
    }
    throw cause;
  }
}

/**
 * A copy of a module with the given metadata in place of any that it has, at its end. The function that
 * modules made by Javy import from `kubewarden:javy/host` is imported from `host` instead.
 *
 * @throws WasmFormatError if the bytes are not a core module
 */
export function annotateModule(module: Uint8Array, metadata: Metadata): Uint8Array<ArrayBuffer> {
  const parsed = readModule(module);
  const kept = parsed.sections.filter((section) => section.name !== metadataSectionName);
  const imports = renameJavyImports(parsed);
  const sections = imports === undefined ? kept : withSection(kept, imports);
  return writeModule([...sections, customSection(metadataSectionName, encodeMetadata(metadata))]);
}

/** The import section with Javy's imports renamed; undefined if there are none. */
function renameJavyImports({ bytes, imports }: WasmModule): SectionContent | undefined {
  if (!imports.some(isJavy)) return undefined;
  const entries = imports.map((entry) => {
    if (!isJavy(entry)) return bytes.subarray(entry.start, entry.end);
    const reader = new ByteReader(bytes, entry.start, entry.end);
    reader.text();
    return concatBytes([encodeName('host'), bytes.subarray(reader.offset, entry.end)]);
  });
  return { id: sectionIds.import, payload: encodeVector(entries) };
}

function isJavy({ kind, module, name }: WasmImport): boolean {
  return kind === 'function' && module === 'kubewarden:javy/host' && name === 'call';
}
