import { pageBytes, type SandboxPlan } from './plan.ts';

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
  readonly globals: readonly { readonly global: WebAssembly.Global; readonly value: unknown }[];
  readonly tables: readonly { readonly table: WebAssembly.Table; readonly elements: readonly unknown[] }[];
}

/** Granularity of the search for zeros; memory that costs nothing is kept that way. */
const blockBytes = 4096;

/**
 * Remembers the state of a guest.
 *
 * A snapshot belongs to its instance: two instances of a module need not have the same state (hash seeds drawn
 * while they were initialised, addresses that the host learned from them), and references to functions are
 * only good in the instance that they come from. What two instances have in common is kept once, though.
 *
 * @param relative - an earlier snapshot of another instance of the same module, to share equal pieces with
 */
export function takeSnapshot(guest: Guest, plan: SandboxPlan, relative?: Snapshot): Snapshot {
  const memory = new Uint8Array(guest.memory.buffer);
  const known = new Map(relative?.pieces.map((piece) => [piece.offset, piece.bytes]));
  const pieces: Piece[] = [];
  for (let page = 0; page < memory.length; page += pageBytes) {
    const [start, end] = nonZeroExtent(memory, page);
    if (start === end) continue;
    const bytes = memory.subarray(start, end);
    const shared = known.get(start);
    pieces.push({
      offset: start,
      bytes: shared !== undefined && equal(shared, bytes) ? shared : bytes.slice(),
    });
  }
  return {
    byteLength: memory.length,
    pieces,
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
    elements.forEach((element, index) => {
      if (table.get(index) !== element) table.set(index, element);
    });
  }
  for (const { global, value } of snapshot.globals) global.value = value;
  const memory = new Uint8Array(guest.memory.buffer);
  let position = 0;
  for (const { offset, bytes } of snapshot.pieces) {
    if (position < offset) memory.fill(0, position, offset);
    memory.set(bytes, offset);
    position = offset + bytes.length;
  }
  memory.fill(0, position);
  return true;
}

/** First and last block of a page that has something in it, as `[start, end)`; an empty range if none has. */
function nonZeroExtent(memory: Uint8Array, page: number): [start: number, end: number] {
  let start = page;
  let end = page + pageBytes;
  while (start < end && isZero(memory, start)) start += blockBytes;
  while (end > start && isZero(memory, end - blockBytes)) end -= blockBytes;
  return [start, end];
}

function isZero(memory: Uint8Array, block: number): boolean {
  const words = new Int32Array(memory.buffer, memory.byteOffset + block, blockBytes / 4);
  for (let index = 0; index < words.length; index++) if (words[index] !== 0) return false;
  return true;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
