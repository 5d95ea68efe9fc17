import { pageBytes, type SandboxPlan } from './plan.ts';
import { createZeros, type Zeros } from './zeros.ts';

/** An instance together with the memory that it works on, its own or one that the host made for it. */
export interface Guest {
  readonly instance: WebAssembly.Instance;
  readonly memory: WebAssembly.Memory;
}

/** A piece of memory that is not all zero; whatever lies between two pieces is zero. */
interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** All the state of one instance that a guest can change, as it was when the snapshot was taken. */
export interface Snapshot {
  readonly byteLength: number;
  readonly pieces: readonly Piece[];
  readonly zeros: Zeros;
  readonly globals: readonly { readonly global: WebAssembly.Global; readonly value: unknown }[];
  readonly tables: readonly { readonly table: WebAssembly.Table; readonly elements: readonly unknown[] }[];
}

/** Unit in which memory is copied or left alone: that of the operating system. */
const blockBytes = 4096;

/**
 * Remembers the state of a guest.
 *
 * A snapshot belongs to its instance: two instances of a module need not have the same state (hash seeds drawn
 * while they were initialised, addresses that the host learned from them), and references to functions are
 * only good in the instance that they come from. What two instances have in common is kept once, though.
 *
 * @param relative - a snapshot of another instance of the same module, to share equal pieces with
 */
export function takeSnapshot(guest: Guest, plan: SandboxPlan, relative?: Snapshot): Snapshot {
  const memory = new Uint8Array(guest.memory.buffer);
  const zeros = createZeros(guest.memory);
  const known = new Map(relative?.pieces.map((piece) => [piece.offset, piece.bytes]));
  const pieces = findPieces(memory, zeros).map(({ offset, bytes }): Piece => {
    const shared = known.get(offset);
    return { offset, bytes: shared !== undefined && equal(shared, bytes) ? shared : bytes.slice() };
  });
  return {
    byteLength: memory.length,
    pieces,
    zeros,
    globals: plan.globals.map((name) => {
      const global = guest.instance.exports[name] as WebAssembly.Global;
      return { global, value: global.value as unknown };
    }),
    tables: plan.tables.map((name) => {
      const table = guest.instance.exports[name] as WebAssembly.Table;
      return {
        table,
        elements: Array.from({ length: table.length }, (_, index) => table.get(index) as unknown),
      };
    }),
  };
}

/**
 * Brings a guest back to the state of its snapshot. Memory that was added since then stays, all zero.
 *
 * @returns false if that is impossible: a table that grew cannot shrink
 */
export function restoreSnapshot(guest: Guest, snapshot: Snapshot): boolean {
  for (const { table, elements } of snapshot.tables) {
    if (table.length !== elements.length) return false;
    for (const [index, element] of elements.entries()) {
      if (table.get(index) !== element) table.set(index, element);
    }
  }
  for (const { global, value } of snapshot.globals) global.value = value;
  const { pieces, zeros } = snapshot;
  const memory = new Uint8Array(guest.memory.buffer);
  let position = 0;
  for (const { offset, bytes } of pieces) {
    if (position < offset) zeros.clear(position, offset);
    memory.set(bytes, offset);
    position = offset + bytes.length;
  }
  zeros.clear(position, memory.length);
  return true;
}

/** The runs of blocks that are not all zero, cut at the borders of pages; views of the memory. */
function findPieces(memory: Uint8Array, zeros: Zeros): Piece[] {
  const pieces: Piece[] = [];
  let at = zeros.find(0, memory.length);
  while (at < memory.length) {
    const start = at - (at % blockBytes);
    const border = start - (start % pageBytes) + pageBytes;
    let end = start;
    let next = at;
    while (next < border && next < end + blockBytes) {
      end = next - (next % blockBytes) + blockBytes;
      next = zeros.find(end, memory.length);
    }
    pieces.push({ offset: start, bytes: memory.subarray(start, end) });
    at = next;
  }
  return pieces;
}

/** Compares pieces, which consist of whole blocks. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  const left = new Int32Array(a.buffer, a.byteOffset, a.length / 4);
  const right = new Int32Array(b.buffer, b.byteOffset, b.length / 4);
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}
