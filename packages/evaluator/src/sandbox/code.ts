import {
  ByteReader,
  concatBytes,
  encodeSized,
  encodeUnsigned,
  sectionIds,
  type ByteRange,
  type WasmModule,
} from '@kubewarden/policy';
import { scanFunction, type CodeFindings } from './instructions.ts';
import { op } from './opcodes.ts';

/** The code of a module after one walk over it. */
export interface ScannedCode extends CodeFindings {
  /** Functions that ask for the size of the memory or grow it, in order. */
  readonly sizing: readonly SizingFunction[];
  /** Some function grows the memory. */
  readonly growsMemory: boolean;
}

interface SizingFunction {
  /** Place among the functions that the module defines. */
  readonly index: number;
  /** Start and end of each instruction that is about the size of the memory. */
  readonly instructions: readonly number[];
}

/**
 * Walks over all code once.
 *
 * @throws UnknownInstructionError see {@link scanFunction}
 */
export function scanCode({ bytes, bodies }: WasmModule): ScannedCode {
  const findings: CodeFindings = { memorySizing: [], changesTables: false, dropsSegments: false };
  const sizing: SizingFunction[] = [];
  let growsMemory = false;
  for (const [index, body] of bodies.entries()) {
    scanFunction(bytes, body.start, body.end, findings);
    if (findings.memorySizing.length === 0) continue;
    const instructions = findings.memorySizing.splice(0);
    growsMemory ||= instructions.some((at, index) => index % 2 === 0 && bytes[at] === op.memoryGrow);
    sizing.push({ index, instructions });
  }
  return { ...findings, sizing, growsMemory };
}

/** Instructions that take the place of those about the size of the memory. */
export interface SizingReplacements {
  /** Takes pages; leaves the size before, or -1. */
  readonly grow: Uint8Array;
  /** Leaves the size in pages. */
  readonly size: Uint8Array;
}

/**
 * The payload of the code section with instructions replaced, and one function more.
 *
 * @param appended - body of the additional function, without its size
 */
export function rewriteCode(
  module: WasmModule,
  sizing: readonly SizingFunction[],
  replacements: SizingReplacements,
  appended: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const { bytes, bodies } = module;
  const chunks: Uint8Array[] = [encodeUnsigned(bodies.length + 1)];
  // Where the next function that is copied as it is begins, with its size.
  let copied = startOfFunctions(module);
  for (const { index, instructions } of sizing) {
    const body = bodies[index]!;
    chunks.push(bytes.subarray(copied, bodies[index - 1]?.end ?? copied));
    chunks.push(encodeSized(rewriteBody(bytes, body, instructions, replacements)));
    copied = body.end;
  }
  chunks.push(bytes.subarray(copied, bodies.at(-1)?.end ?? copied), encodeSized(appended));
  return concatBytes(chunks);
}

function rewriteBody(
  bytes: Uint8Array,
  body: ByteRange,
  instructions: readonly number[],
  { grow, size }: SizingReplacements,
): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let position = body.start;
  for (let index = 0; index < instructions.length; index += 2) {
    const at = instructions[index]!;
    pieces.push(bytes.subarray(position, at), bytes[at] === op.memoryGrow ? grow : size);
    position = instructions[index + 1]!;
  }
  pieces.push(bytes.subarray(position, body.end));
  return concatBytes(pieces);
}

/** Offset of the first function, behind the number of functions. */
function startOfFunctions({ bytes, sections }: WasmModule): number {
  const section = sections.find(({ id }) => id === sectionIds.code);
  if (section === undefined) return 0;
  const reader = new ByteReader(bytes, section.start);
  reader.unsigned();
  return reader.offset;
}
