import { GuestTrap } from '../runtime/guest-fault.ts';

/** Bytes that may wait in a guest's stdin: 256 MiB. Only a guest that asks and never reads gets there. */
export const maximumPendingInput = 256 * 1024 * 1024;

/**
 * A guest's stdin: a queue of bytes. When it is empty a read gets 0 bytes, which guests take as the end of the
 * input; what is appended later can be read again (evaluator.md 5.3).
 */
export class InputPipe {
  readonly #limit: number;
  /** Not copied: whoever appends does not change the bytes any more. */
  readonly #chunks: Uint8Array[] = [];
  #offset = 0;
  #pending = 0;

  constructor(limit = maximumPendingInput) {
    this.#limit = limit;
  }

  /** Bytes that can be read. */
  get pending(): number {
    return this.#pending;
  }

  /** @throws GuestTrap if more than the limit would be waiting */
  append(bytes: Uint8Array): void {
    if (this.#pending + bytes.byteLength > this.#limit) {
      throw new GuestTrap(`more than ${this.#limit} bytes wait in stdin without being read`);
    }
    if (bytes.byteLength === 0) return;
    this.#chunks.push(bytes);
    this.#pending += bytes.byteLength;
  }

  /** Moves as much as there is and fits into `target`; returns the number of bytes. */
  read(target: Uint8Array): number {
    let filled = 0;
    while (filled < target.byteLength) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) break;
      const end = Math.min(chunk.byteLength, this.#offset + target.byteLength - filled);
      target.set(chunk.subarray(this.#offset, end), filled);
      filled += end - this.#offset;
      if (end === chunk.byteLength) {
        this.#chunks.shift();
        this.#offset = 0;
      } else {
        this.#offset = end;
      }
    }
    this.#pending -= filled;
    return filled;
  }
}

/** Where a guest's stdout or stderr goes. */
export interface OutputSink {
  /**
   * Takes all of the bytes or none. They are guest memory: to be kept they have to be copied.
   *
   * @returns false if there is no room; the guest then gets the error ENOSPC
   */
  write(bytes: Uint8Array): boolean;
}

/** Keeps what a guest writes, up to a limit. */
export class ByteCollector implements OutputSink {
  readonly limit: number;
  #buffer = new Uint8Array(0);
  #length = 0;
  #overflowed = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** True once something had no room. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  write(bytes: Uint8Array): boolean {
    const length = this.#length + bytes.byteLength;
    if (length > this.limit) {
      this.#overflowed = true;
      return false;
    }
    if (length > this.#buffer.byteLength) {
      const larger = new Uint8Array(
        Math.min(this.limit, Math.max(length, 2 * this.#buffer.byteLength, 1024)),
      );
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
    return true;
  }
}
