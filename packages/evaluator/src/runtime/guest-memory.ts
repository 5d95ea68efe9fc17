import { GuestMemoryFault } from './guest-fault.ts';

/**
 * A guest's linear memory, seen by the host.
 *
 * Addresses and lengths are what the guest gave: any i32, read as unsigned. Whatever lies outside of the memory
 * throws {@link GuestMemoryFault}; nothing outside is ever read or written.
 */
export class GuestMemory {
  readonly #memory: WebAssembly.Memory;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  /** A window into the memory, valid until the guest runs again. */
  window(address: number, length: number): Uint8Array<ArrayBuffer> {
    const start = address >>> 0;
    const size = length >>> 0;
    this.#require(start, size);
    return this.#bytes.subarray(start, start + size);
  }

  /** A copy that stays valid. */
  copy(address: number, length: number): Uint8Array<ArrayBuffer> {
    const start = address >>> 0;
    const size = length >>> 0;
    this.#require(start, size);
    return this.#bytes.slice(start, start + size);
  }

  write(address: number, bytes: Uint8Array): void {
    const start = address >>> 0;
    this.#require(start, bytes.byteLength);
    this.#bytes.set(bytes, start);
  }

  /** Writes the parts one after the other, or nothing at all if they do not fit. */
  writeAll(address: number, parts: readonly Uint8Array[]): void {
    let position = address >>> 0;
    this.#require(position, totalBytes(parts));
    for (const part of parts) {
      this.#bytes.set(part, position);
      position += part.byteLength;
    }
  }

  u8(address: number): number {
    return this.#at(address, 1).getUint8(address >>> 0);
  }

  u16(address: number): number {
    return this.#at(address, 2).getUint16(address >>> 0, true);
  }

  u32(address: number): number {
    return this.#at(address, 4).getUint32(address >>> 0, true);
  }

  u64(address: number): bigint {
    return this.#at(address, 8).getBigUint64(address >>> 0, true);
  }

  setU8(address: number, value: number): void {
    this.#at(address, 1).setUint8(address >>> 0, value);
  }

  setU16(address: number, value: number): void {
    this.#at(address, 2).setUint16(address >>> 0, value, true);
  }

  setU32(address: number, value: number): void {
    this.#at(address, 4).setUint32(address >>> 0, value, true);
  }

  setU64(address: number, value: bigint): void {
    this.#at(address, 8).setBigUint64(address >>> 0, value, true);
  }

  #at(address: number, size: number): DataView<ArrayBuffer> {
    this.#require(address >>> 0, size);
    return this.#view;
  }

  #require(start: number, size: number): void {
    // Growing the memory detaches the old buffer, and a view of a detached buffer is empty.
    if (this.#bytes.byteLength === 0) {
      this.#bytes = new Uint8Array(this.#memory.buffer);
      this.#view = new DataView(this.#memory.buffer);
    }
    if (start + size > this.#bytes.byteLength) throw new GuestMemoryFault();
  }
}

/** The sum of the lengths. */
export function totalBytes(parts: readonly Uint8Array[]): number {
  let total = 0;
  for (const part of parts) total += part.byteLength;
  return total;
}
