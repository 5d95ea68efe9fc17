import {
  concatBytes,
  encodeName,
  encodeSigned,
  encodeSized,
  encodeVector,
  sectionIds,
  valueTypeCode,
  writeModule,
} from '@kubewarden/policy';
import { externalKind, functionForm, noResult, op } from './opcodes.ts';

/**
 * Looks for what is not zero in a guest's memory, and clears it.
 *
 * Most of a memory is zero most of the time, and pages that are only read stay unallocated. JavaScript has no
 * fast way to compare memory, so this is a WebAssembly module. Ranges consist of lines of 64 bytes, are inside
 * of the memory, and end below 4 GiB.
 */
export interface Zeros {
  /** Address of the first line in `[start, end)` that is not all zero; `end` if there is none. */
  find(start: number, end: number): number;
  /** Makes `[start, end)` zero. */
  clear(start: number, end: number): void;
}

/** @param memory - the guest's; the result stays good when it grows */
export function createZeros(memory: WebAssembly.Memory): Zeros {
  compiled ??= new WebAssembly.Module(encodeModule());
  return new WebAssembly.Instance(compiled, { guest: { memory } }).exports as unknown as Zeros;
}

let compiled: WebAssembly.Module | undefined;

function encodeModule(): Uint8Array<ArrayBuffer> {
  const findType = Uint8Array.of(functionForm, 2, i32, i32, 1, i32);
  const clearType = Uint8Array.of(functionForm, 2, i32, i32, 0);
  const memory = concatBytes([
    encodeName('guest'),
    encodeName('memory'),
    Uint8Array.of(externalKind.memory, 0, 0), // at least 0 pages
  ]);
  const exports = ['find', 'clear'].map((name, index) =>
    concatBytes([encodeName(name), Uint8Array.of(externalKind.function, index)]),
  );
  return writeModule([
    { id: sectionIds.type, payload: encodeVector([findType, clearType]) },
    { id: sectionIds.import, payload: encodeVector([memory]) },
    { id: sectionIds.function, payload: Uint8Array.of(2, 0, 1) },
    { id: sectionIds.export, payload: encodeVector(exports) },
    { id: sectionIds.code, payload: encodeVector([encodeSized(findBody()), encodeSized(clearBody())]) },
  ]);
}

const i32 = valueTypeCode('i32');
const lineBytes = encodeSigned(64);
const blockBytes = encodeSigned(4096);
const blockMask = encodeSigned(-4096);
const vectorsOfLine = [0, 16, 32, 48] as const;

/**
 * ```wat
 * (func $find (param $at i32) (param $end i32) (result i32)
 *   (block $out (loop $next
 *     (br_if $out (i32.ge_u (local.get $at) (local.get $end)))
 *     (br_if $out (v128.any_true (; all four vectors of the line, or-ed ;)))
 *     (local.set $at (i32.add (local.get $at) (i32.const 64)))
 *     (br $next)))
 *   (local.get $at))
 * ```
 */
function findBody(): Uint8Array {
  const [at, end] = [0, 1];
  const load = [op.localGet, at, op.vector, op.v128Load, 0];
  const or = [op.vector, op.v128Or];
  const orLine = vectorsOfLine.flatMap((offset, index) => [...load, offset, ...(index === 0 ? [] : or)]);
  // oxfmt-ignore
  return Uint8Array.from([
    0,
    op.block, noResult, op.loop, noResult,
      op.localGet, at, op.localGet, end, op.i32GeU, op.brIf, 1,
      ...orLine, op.vector, op.v128AnyTrue, op.brIf, 1,
      op.localGet, at, op.i32Const, ...lineBytes, op.i32Add, op.localSet, at,
      op.br, 0,
    op.end, op.end,
    op.localGet, at,
    op.end,
  ]);
}

/**
 * ```wat
 * (func (param $at i32) (param $end i32) (local $stop i32)
 *   (loop $next
 *     (if (i32.ge_u (local.tee $at (call $find (local.get $at) (local.get $end))) (local.get $end))
 *       (then (return)))
 *     ;; $stop: where the block of 4 KiB around $at ends, or $end
 *     (loop $store
 *       ;; zero to all four vectors of the line
 *       (br_if $store (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 64))) (local.get $stop))))
 *     (br $next)))
 * ```
 */
function clearBody(): Uint8Array {
  const [at, end, stop, find] = [0, 1, 2, 0];
  const zeroVector = [op.vector, op.v128Const, ...Array.from({ length: 16 }, () => 0)];
  const storeZero = [op.localGet, at, ...zeroVector, op.vector, op.v128Store, 0];
  const zeroLine = vectorsOfLine.flatMap((offset) => [...storeZero, offset]);
  // oxfmt-ignore
  return Uint8Array.from([
    1, 1, i32,
    op.loop, noResult,
      op.localGet, at, op.localGet, end, op.call, find, op.localTee, at, op.localGet, end, op.i32GeU,
      op.if, noResult, op.return, op.end,
      op.localGet, at, op.i32Const, ...blockMask, op.i32And, op.i32Const, ...blockBytes, op.i32Add,
      op.localTee, stop, op.localGet, end, op.localGet, stop, op.localGet, end, op.i32LtU, op.select,
      op.localSet, stop,
      op.loop, noResult,
        ...zeroLine,
        op.localGet, at, op.i32Const, ...lineBytes, op.i32Add, op.localTee, at, op.localGet, stop, op.i32LtU,
        op.brIf, 0,
      op.end,
      op.br, 0,
    op.end,
    op.end,
  ]);
}
