import {
  appendEntries,
  encodeSigned,
  encodeUnsigned,
  sectionIds,
  valueTypeCode,
  type SectionContent,
  type WasmModule,
} from '@kubewarden/policy';
import { rewriteCode, type ScannedCode } from './code.ts';
import { functionForm, noResult, op } from './opcodes.ts';
import { countImports } from './state.ts';

/**
 * Makes the growth of a module's memory virtual: `memory.size` becomes a global, and `memory.grow` a function
 * that raises it and grows the memory only as far as it is not large enough yet. The global is reset with the
 * others, so that a guest whose allocator was reset gets the same pages again instead of new ones.
 *
 * @returns the sections that change, and the index of the global
 */
export function virtualiseGrowth(
  module: WasmModule,
  code: ScannedCode,
  memory: { readonly initialPages: number; readonly maximumPages: number },
): { readonly sections: readonly SectionContent[]; readonly pagesGlobal: number } {
  const pagesGlobal = countImports(module, 'global') + module.globals.length;
  const pages = encodeUnsigned(pagesGlobal);
  const growFunction = encodeUnsigned(countImports(module, 'function') + module.functions.length);
  const append = (id: number, entry: readonly number[]): SectionContent => {
    const section = module.sections.find((candidate) => candidate.id === id);
    return { id, payload: appendEntries(section?.payload, [Uint8Array.from(entry)]) };
  };
  const sections = [
    append(sectionIds.type, [functionForm, 1, i32, 1, i32]),
    append(sectionIds.function, [...encodeUnsigned(module.types.length)]),
    append(sectionIds.global, [i32, mutable, op.i32Const, ...encodeSigned(memory.initialPages), op.end]),
    {
      id: sectionIds.code,
      payload: rewriteCode(
        module,
        code.sizing,
        {
          grow: Uint8Array.of(op.call, ...growFunction),
          size: Uint8Array.of(op.globalGet, ...pages),
        },
        growBody(pages, encodeSigned(memory.maximumPages)),
      ),
    },
  ];
  return { sections, pagesGlobal };
}

const i32 = valueTypeCode('i32');
const mutable = 1;

/** -1 as the operand of `i32.const`. */
const minusOne = 0x7f;

/**
 * The appended function, as text:
 *
 * ```wat
 * (func (param $delta i32) (result i32) (local $old i32) (local $target i32)
 *   (if (i32.gt_u (local.get $delta) (i32.sub (i32.const MAXIMUM) (local.tee $old (global.get $pages))))
 *     (then (return (i32.const -1))))
 *   (if (i32.gt_u (local.tee $delta (i32.add (local.get $delta) (local.get $old))) (memory.size))
 *     (then
 *       (local.set $target (max $delta (i32.add (memory.size) (i32.shr_u (memory.size) (i32.const 1)))))
 *       (local.set $target (min $target MAXIMUM))
 *       (if (i32.eq (memory.grow (i32.sub (local.get $target) (memory.size))) (i32.const -1))
 *         (then (return (i32.const -1))))))
 *   (global.set $pages (local.get $delta))
 *   (local.get $old))
 * ```
 *
 * `$pages` never exceeds MAXIMUM, so the subtraction cannot wrap, and neither can the addition behind it.
 *
 * The memory grows by half of its size at least, for each growth can make the engine collect garbage: 512 MiB page
 * by page took 20 s in a worker thread, and takes 3 ms so. Pages that nobody touched cost nothing.
 */
function growBody(pages: Uint8Array, maximumPages: Uint8Array): Uint8Array {
  const [delta, old, target, memory] = [0, 1, 2, 0];
  // oxfmt-ignore
  return Uint8Array.from([
    1, 2, i32,
    op.localGet, delta, op.i32Const, ...maximumPages, op.globalGet, ...pages, op.localTee, old, op.i32Sub,
    op.i32GtU, op.if, noResult,
      op.i32Const, minusOne, op.return,
    op.end,
    op.localGet, delta, op.localGet, old, op.i32Add, op.localTee, delta, op.memorySize, memory,
    op.i32GtU, op.if, noResult,
      op.memorySize, memory, op.memorySize, memory, op.i32Const, 1, op.i32ShrU, op.i32Add, op.localTee, target,
      op.localGet, delta, op.localGet, target, op.localGet, delta, op.i32GtU, op.select, op.localTee, target,
      op.i32Const, ...maximumPages, op.localGet, target, op.i32Const, ...maximumPages, op.i32LtU, op.select,
      op.memorySize, memory, op.i32Sub, op.memoryGrow, memory, op.i32Const, minusOne, op.i32Eq, op.if, noResult,
        op.i32Const, minusOne, op.return,
      op.end,
    op.end,
    op.localGet, delta, op.globalSet, ...pages,
    op.localGet, old,
    op.end,
  ]);
}
