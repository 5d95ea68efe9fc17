import { op } from './opcodes.ts';

/**
 * What the code of a module does that matters for bringing its instances back to their initial state.
 * Filled by {@link scanFunction}, function after function.
 */
export interface CodeFindings {
  /** Where `memory.grow` and `memory.size` stand: start and end of each instruction, in ascending order. */
  readonly memorySizing: number[];
  /** A table is changed by code: `table.set`, `.grow`, `.fill`, `.copy` or `.init`. */
  changesTables: boolean;
  /** A passive segment is dropped: `data.drop` or `elem.drop`. Nothing can bring it back. */
  dropsSegments: boolean;
}

/** A body that cannot be walked: an instruction that this walker does not know, or malformed code. */
export class UnknownInstructionError extends Error {
  override readonly name = 'UnknownInstructionError';
}

/** What follows an opcode. */
const immediate = {
  none: 0,
  index: 1,
  twoIndices: 2,
  memory: 3,
  fourBytes: 4,
  eightBytes: 5,
  blockType: 6,
  branchTable: 7,
  valueTypes: 8,
  tryTable: 9,
  tableChange: 10,
  memorySizing: 11,
  numericPrefix: 12,
  vectorPrefix: 13,
  atomicPrefix: 14,
  unknown: 15,
} as const;

/**
 * Opcode → immediates, after the binary format of the core specification (3.0) with the legacy exceptions that
 * engines still accept. The prefix 0xFB (garbage collection) is left out on purpose: objects with an identity
 * can hold state out of reach of a reset.
 */
const immediates = new Uint8Array(256).fill(immediate.unknown);

function define(kind: number, ...ranges: (readonly [first: number, last: number])[]): void {
  for (const [first, last] of ranges) immediates.fill(kind, first, last + 1);
}

define(immediate.none, [0x00, 0x01], [0x05, 0x05], [0x0a, 0x0b], [0x0f, 0x0f], [0x19, 0x1b]);
define(immediate.none, [0x45, 0xc4], [0xd1, 0xd1], [0xd3, 0xd4]);
define(immediate.blockType, [0x02, 0x04], [0x06, 0x06]);
define(immediate.index, [0x07, 0x09], [0x0c, 0x0d], [0x10, 0x10], [0x12, 0x12], [0x14, 0x15], [0x18, 0x18]);
define(immediate.index, [0x20, 0x25], [0x41, 0x42], [0xd0, 0xd0], [0xd2, 0xd2], [0xd5, 0xd6]);
define(immediate.twoIndices, [0x11, 0x11], [0x13, 0x13]);
define(immediate.branchTable, [0x0e, 0x0e]);
define(immediate.valueTypes, [0x1c, 0x1c]);
define(immediate.tryTable, [0x1f, 0x1f]);
define(immediate.tableChange, [0x26, 0x26]);
define(immediate.memory, [0x28, 0x3e]);
define(immediate.memorySizing, [op.memorySize, op.memoryGrow]);
define(immediate.fourBytes, [0x43, 0x43]);
define(immediate.eightBytes, [0x44, 0x44]);
define(immediate.numericPrefix, [0xfc, 0xfc]);
define(immediate.vectorPrefix, [0xfd, 0xfd]);
define(immediate.atomicPrefix, [0xfe, 0xfe]);

/** Value types that are followed by a heap type: `(ref null …)` and `(ref …)`. */
const nullableReference = 0x63;
const plainReference = 0x64;

/** Bit of a memory argument's alignment that says that the index of a memory follows. */
const memoryIndexFlag = 0x40;

/**
 * Walks the code of one function.
 *
 * The walk does not validate: the engine has done that. It only has to agree with the engine about where
 * instructions begin in code that is valid.
 *
 * @param start - offset of the body, after its size
 * @param end - offset after the body
 * @throws UnknownInstructionError if an instruction is not known, or the last one does not end with the body
 */
export function scanFunction(bytes: Uint8Array, start: number, end: number, findings: CodeFindings): void {
  let at = skipLocals(bytes, start, end);
  let opcode = 0;
  while (at < end) {
    const instruction = at;
    opcode = bytes[at++]!;
    switch (immediates[opcode]!) {
      case immediate.none:
        break;
      case immediate.index:
        while (bytes[at++]! > 0x7f);
        break;
      case immediate.memory:
        at = skipMemoryArgument(bytes, at);
        break;
      case immediate.blockType:
        at = skipValueType(bytes, at);
        break;
      case immediate.twoIndices:
        at = skipIntegers(bytes, at, 2);
        break;
      case immediate.branchTable: {
        const count = readUnsigned(bytes, at, end);
        at = skipIntegers(bytes, skipInteger(bytes, at), count + 1);
        break;
      }
      case immediate.fourBytes:
        at += 4;
        break;
      case immediate.eightBytes:
        at += 8;
        break;
      case immediate.memorySizing:
        at = skipInteger(bytes, at);
        findings.memorySizing.push(instruction, at);
        break;
      case immediate.tableChange:
        findings.changesTables = true;
        at = skipInteger(bytes, at);
        break;
      case immediate.valueTypes: {
        let count = readUnsigned(bytes, at, end);
        at = skipInteger(bytes, at);
        while (count-- > 0 && at < end) at = skipValueType(bytes, at);
        break;
      }
      case immediate.tryTable:
        at = skipTryTable(bytes, at, end);
        break;
      case immediate.numericPrefix:
        at = skipNumeric(bytes, at, end, findings);
        break;
      case immediate.vectorPrefix:
        at = skipVector(bytes, at, end);
        break;
      case immediate.atomicPrefix:
        at = skipAtomic(bytes, at, end);
        break;
      default:
        throw unknownInstruction(opcode);
    }
  }
  if (at !== end || opcode !== op.end)
    throw new UnknownInstructionError('a function body does not end where it should');
}

/** Skips the declarations of local variables; a body that is too short is noticed by the caller. */
function skipLocals(bytes: Uint8Array, start: number, end: number): number {
  let groups = readUnsigned(bytes, start, end);
  let at = skipInteger(bytes, start);
  while (groups-- > 0 && at < end) at = skipValueType(bytes, skipInteger(bytes, at));
  return at;
}

/** `0xFC …`: saturating conversions, bulk memory, tables. */
function skipNumeric(bytes: Uint8Array, at: number, end: number, findings: CodeFindings): number {
  const operation = readUnsigned(bytes, at, end);
  const next = skipInteger(bytes, at);
  if (operation <= 0x07) return next;
  switch (operation) {
    case 0x08: // memory.init
    case 0x0a: // memory.copy
      return skipIntegers(bytes, next, 2);
    case 0x09: // data.drop
    case 0x0d: // elem.drop
      findings.dropsSegments = true;
      return skipInteger(bytes, next);
    case 0x0b: // memory.fill
    case 0x10: // table.size
      return skipInteger(bytes, next);
    case 0x0c: // table.init
    case 0x0e: // table.copy
      findings.changesTables = true;
      return skipIntegers(bytes, next, 2);
    case 0x0f: // table.grow
    case 0x11: // table.fill
      findings.changesTables = true;
      return skipInteger(bytes, next);
    default:
      throw unknownInstruction(0xfc, operation);
  }
}

/** `0xFD …`: 128-bit vectors, with the relaxed ones. */
function skipVector(bytes: Uint8Array, at: number, end: number): number {
  const operation = readUnsigned(bytes, at, end);
  const next = skipInteger(bytes, at);
  if (operation <= 0x0b || operation === 0x5c || operation === 0x5d) return skipMemoryArgument(bytes, next);
  if (operation <= 0x0d) return next + 16; // v128.const, i8x16.shuffle
  if (operation >= 0x15 && operation <= 0x22) return next + 1; // extract and replace lanes
  if (operation >= 0x54 && operation <= 0x5b) return skipMemoryArgument(bytes, next) + 1; // load and store lanes
  if (operation <= 0x113) return next;
  throw unknownInstruction(0xfd, operation);
}

/** `0xFE …`: atomic accesses, which are valid on memories that are not shared, too. */
function skipAtomic(bytes: Uint8Array, at: number, end: number): number {
  const operation = readUnsigned(bytes, at, end);
  const next = skipInteger(bytes, at);
  if (operation === 0x03) return next + 1; // atomic.fence
  if (operation <= 0x02 || (operation >= 0x10 && operation <= 0x4e)) return skipMemoryArgument(bytes, next);
  throw unknownInstruction(0xfe, operation);
}

function skipTryTable(bytes: Uint8Array, start: number, end: number): number {
  let at = skipValueType(bytes, start);
  let clauses = readUnsigned(bytes, at, end);
  at = skipInteger(bytes, at);
  while (clauses-- > 0 && at < end) {
    const kind = bytes[at++]!;
    if (kind > 3) throw new UnknownInstructionError(`unknown kind of catch clause ${kind}`);
    at = skipIntegers(bytes, at, kind < 2 ? 2 : 1);
  }
  return at;
}

/** A value type, or a block type: both are one signed integer, followed by a heap type after two of them. */
function skipValueType(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const next = skipInteger(bytes, at);
  return first === nullableReference || first === plainReference ? skipInteger(bytes, next) : next;
}

function skipMemoryArgument(bytes: Uint8Array, at: number): number {
  const alignment = bytes[at]!;
  return skipIntegers(bytes, at, (alignment & memoryIndexFlag) === 0 ? 2 : 3);
}

/** Skips a LEB128 integer. Past the end of the bytes it stops at once, and the body does not end as it should. */
function skipInteger(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at++]! > 0x7f);
  return at;
}

function skipIntegers(bytes: Uint8Array, start: number, count: number): number {
  let at = start;
  while (count-- > 0 && at < bytes.length) at = skipInteger(bytes, at);
  return at;
}

function readUnsigned(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  let scale = 1;
  for (let at = start; at < end && scale <= 2 ** 28; at++) {
    const byte = bytes[at]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 128;
  }
  throw new UnknownInstructionError('an integer in a function body is too long');
}

function unknownInstruction(...opcode: number[]): UnknownInstructionError {
  const hex = opcode.map((byte) => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`);
  return new UnknownInstructionError(`instruction ${hex.join(' ')}`);
}
