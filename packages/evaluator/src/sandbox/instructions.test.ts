import { describe, expect, it } from 'vitest';
import {
  concatBytes,
  encodeSection,
  encodeSized,
  encodeUnsigned,
  encodeVector,
  writeModule,
} from '@kubewarden/policy';
import { scanFunction, UnknownInstructionError, type CodeFindings } from './instructions.ts';

/** Index of everything that an instruction may name. As an opcode it is `memory.grow`, which would be noticed. */
const index = 0x40;
const count = index + 1;

const [i32, i64, v128, funcref] = [0x7f, 0x7e, 0x7b, 0x70];

const repeat = (entry: readonly number[], times = count): Uint8Array[] =>
  Array.from({ length: times }, () => Uint8Array.from(entry));

const head = writeModule([
  { id: 1, payload: encodeVector(repeat([0x60, 0, 0])) },
  { id: 3, payload: encodeVector(repeat([0], count + 1)) },
  { id: 4, payload: encodeVector(repeat([funcref, 0, 1])) },
  { id: 5, payload: Uint8Array.of(1, 0, 1) },
  { id: 13, payload: encodeVector(repeat([0, 0])) },
  { id: 6, payload: encodeVector(repeat([i32, 1, 0x41, 0, 0x0b])) },
  { id: 9, payload: encodeVector(repeat([1, 0, 1, index])) },
  { id: 12, payload: encodeUnsigned(count) },
]);
const otherBodies = concatBytes(repeat([2, 0, 0x0b]));
const data = encodeSection({ id: 11, payload: encodeVector(repeat([1, 1, 0])) });

/** A module with 65 of everything and one function more, whose body is given. */
function moduleWith(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bodies = concatBytes([encodeUnsigned(count + 1), otherBodies, encodeSized(body)]);
  return concatBytes([head, encodeSection({ id: 10, payload: bodies }), data]);
}

/**
 * The body around an instruction: a local of each index, a label of each index, and `unreachable` on both sides,
 * so that operands and results of any type do.
 */
function bodyAround(instruction: readonly number[]): Uint8Array {
  return Uint8Array.of(...bodyStart, ...instruction, ...bodyEnd);
}

const bodyStart = [1, count, i32, ...Array.from({ length: count }, () => [0x02, 0x40]).flat(), 0x00];
const memorySize = [0x3f, 0x00];
const bodyEnd = [0x00, ...Array.from({ length: count }, () => 0x0b), ...memorySize, 0x1a, 0x0b];

/** Immediates that some instruction has, made of bytes that stand out if they are taken for opcodes. */
const immediates: readonly (readonly number[])[] = [
  [],
  [index], // an index
  [0x80 | index, 0x00],
  [0x00], // memory 0
  [index, index], // two indices
  [0x00, index], // alignment and offset; memory and segment
  [0x01, index], // the same, aligned to more
  [0x02, index],
  [0x03, index],
  [index, 0x00], // segment and memory
  [0x40, 0x00, 0x40], // alignment that announces a memory index, memory, offset
  [0x00, 0x00],
  [0x00, index, 0x02], // alignment, offset, lane
  [0x00, index, 0x00],
  [0x02], // lane, or value type
  [0x40, 0x40, 0x40, 0x40],
  [0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40],
  Array.from({ length: 16 }, () => 0x10),
  [0x40, 0x0b], // block without result, end
  [i32, 0x00, 0x0b],
  [0x63, funcref, 0x00, 0x0b],
  [0x40, 0x05, 0x0b], // if, else, end
  [0x40, 0x07, index, 0x0b], // try, catch, end
  [0x40, 0x07, index, 0x09, 0x00, 0x0b], // try, catch, rethrow, end
  [0x40, 0x19, 0x0b], // try, catch_all, end
  [0x40, 0x18, index], // try, delegate
  [0x40, 0x02, 0x00, index, index, 0x02, index, 0x0b], // try_table, catch, catch_all, end
  [0x02, index, index, index], // br_table
  [0x01, i64], // select
  [0x01, v128],
  [0x01, 0x63, funcref],
  [funcref], // heap type
];

/** All opcodes, with prefixes up to some way behind the last operation that engines know. */
const opcodes: readonly (readonly number[])[] = [
  ...Array.from({ length: 256 }, (_, opcode) => [opcode]),
  ...(
    [
      [0xfb, 0x20],
      [0xfc, 0x20],
      [0xfd, 0x140],
      [0xfe, 0x60],
    ] as const
  ).flatMap(([prefix, operations]) =>
    Array.from({ length: operations }, (_, operation) => [prefix, ...encodeUnsigned(operation)]),
  ),
];

/** The forms of an instruction that the engine accepts, without those that are a shorter form and more. */
function acceptedForms(opcode: readonly number[]): number[][] {
  const forms: number[][] = [];
  for (const immediate of immediates) {
    const form = [...opcode, ...immediate];
    if (forms.some((shorter) => shorter.every((byte, at) => byte === form[at]))) continue;
    if (WebAssembly.validate(moduleWith(bodyAround(form)))) forms.push(form);
  }
  return forms;
}

function scan(bytes: Uint8Array, start: number, end: number): CodeFindings {
  const findings: CodeFindings = { memorySizing: [], changesTables: false, dropsSegments: false };
  scanFunction(bytes, start, end, findings);
  return findings;
}

describe('scanFunction', () => {
  it('finds where instructions begin, for all that the engine accepts', () => {
    const accepted = opcodes.flatMap(acceptedForms);
    expect(accepted.length).toBeGreaterThan(850);
    const disagreements = accepted.filter((instruction) => {
      const body = bodyAround(instruction);
      const own = instruction[0] === 0x3f || instruction[0] === 0x40 ? [bodyStart.length] : [];
      try {
        const starts = scan(body, 0, body.length).memorySizing.filter((_, at) => at % 2 === 0);
        return starts.join() !== [...own, body.length - 4].join();
      } catch (error) {
        // Objects are left to fresh instances.
        return !(error instanceof UnknownInstructionError && instruction[0] === 0xfb);
      }
    });
    expect(disagreements.map((bytes) => bytes.map((byte) => byte.toString(16)).join(' '))).toEqual([]);
  });

  it.each([
    ['table.set', [0x26, 0], 'changesTables'],
    ['table.init', [0xfc, 0x0c, 0, 0], 'changesTables'],
    ['table.copy', [0xfc, 0x0e, 0, 0], 'changesTables'],
    ['table.grow', [0xfc, 0x0f, 0], 'changesTables'],
    ['table.fill', [0xfc, 0x11, 0], 'changesTables'],
    ['data.drop', [0xfc, 0x09, 0], 'dropsSegments'],
    ['elem.drop', [0xfc, 0x0d, 0], 'dropsSegments'],
  ] as const)('notices %s', (_, instruction, finding) => {
    const body = Uint8Array.of(0, ...instruction, 0x0b);
    expect(scan(body, 0, body.length)[finding]).toBe(true);
  });

  it.each([
    ['an opcode that nobody has', [0, 0xff, 0x0b]],
    ['an operation that nobody has', [0, 0xfd, 0x80, 0x7f, 0x0b]],
    ['a body without end', [0, 0x01]],
    ['a body that ends inside of an instruction', [0, 0x44, 0x0b]],
    ['an integer without end', [0, 0x41, 0x80, 0x80]],
    ['more locals than bytes', [0xff, 0xff, 0xff, 0xff, 0x0f, 0x0b]],
    ['more branches than bytes', [0, 0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x0b]],
    ['an overlong number of branches', [0, 0x0e, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x0b]],
    ['more result types than bytes', [0, 0x1c, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x0b]],
  ])('gives up at %s', (_, body) => {
    expect(() => scan(Uint8Array.from(body), 0, body.length)).toThrow(UnknownInstructionError);
  });
});
