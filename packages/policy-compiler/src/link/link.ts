import { readFile } from 'node:fs/promises';
import {
  concatBytes,
  encodeSigned,
  encodeSized,
  encodeUnsigned,
  encodeVector,
  readModule,
  sectionIds,
  withSection,
  writeModule,
  type SectionContent,
  type WasmModule,
} from '@kubewarden/policy';
import type { PolicyAbi } from '../compiled-policy.ts';

/** A run of zeros of this length or more is left out of the data: describing another segment costs less. */
const shortestGap = 16;

/** Bytes of a WebAssembly page. */
const pageBytes = 65_536;

const opcodes = { i32Const: 0x41, end: 0x0b } as const;
const i32Type = 0x7f;

const engines = new Map<PolicyAbi, Promise<Uint8Array>>();

/** The engine with the glue of an ABI, as `engine/link.ts` made it. */
export function linkedEngine(abi: PolicyAbi): Promise<Uint8Array> {
  let engine = engines.get(abi);
  if (engine === undefined) {
    engine = readFile(new URL(`../../engine/${abi}.wasm`, import.meta.url));
    engines.set(abi, engine);
  }
  return engine;
}

/**
 * A module that goes on from a snapshot of the engine's memory.
 *
 * @param engine - of {@link linkedEngine}
 * @param stateAddress - takes the place of the imported global `kubewarden.state`
 */
export function linkPolicy(
  engine: Uint8Array,
  memory: Uint8Array,
  stateAddress: number,
): Uint8Array<ArrayBuffer> {
  const module = readModule(engine);
  const changes: readonly SectionContent[] = [
    ...defineState(module, stateAddress),
    {
      id: sectionIds.memory,
      payload: concatBytes([Uint8Array.of(1, 0), encodeUnsigned(memory.length / pageBytes)]),
    },
    { id: sectionIds.data, payload: encodeVector(dataSegments(memory)) },
  ];
  return writeModule(changes.reduce<readonly SectionContent[]>(withSection, module.sections));
}

/** The imported global becomes a defined one. It is the only import of a global, so that it keeps its index. */
function defineState({ bytes, imports, globals }: WasmModule, address: number): SectionContent[] {
  const state = imports.filter(({ kind }) => kind === 'global');
  if (state.length !== 1) throw new Error('the linked engine has to import exactly one global');
  const rest = imports.filter(({ kind }) => kind !== 'global');
  const definition = concatBytes([Uint8Array.of(i32Type, 0), constant(address)]);
  return [
    {
      id: sectionIds.import,
      payload: encodeVector(rest.map(({ start, end }) => bytes.subarray(start, end))),
    },
    {
      id: sectionIds.global,
      payload: encodeVector([definition, ...globals.map(({ start, end }) => bytes.subarray(start, end))]),
    },
  ];
}

function constant(value: number): Uint8Array {
  return concatBytes([Uint8Array.of(opcodes.i32Const), encodeSigned(value), Uint8Array.of(opcodes.end)]);
}

/** All of the memory that is not zero, as active segments. */
function dataSegments(memory: Uint8Array): Uint8Array[] {
  const segments: Uint8Array[] = [];
  let start = -1;
  let zeros = 0;
  const close = (end: number): void => {
    if (start >= 0) {
      segments.push(
        concatBytes([Uint8Array.of(0), constant(start), encodeSized(memory.subarray(start, end))]),
      );
    }
    start = -1;
  };
  for (let index = 0; index < memory.length; index++) {
    if (memory[index] === 0) {
      if (++zeros === shortestGap) close(index + 1 - zeros);
      continue;
    }
    if (start < 0) start = index;
    zeros = 0;
  }
  close(memory.length - zeros);
  return segments;
}
