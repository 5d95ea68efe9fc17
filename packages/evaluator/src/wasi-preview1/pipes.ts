import { GuestTrap } from '../runtime/guest-fault.ts';

/** Bytes that may wait in a guest's stdin: 256 MiB. Only a guest that asks and never reads gets there. */
const maximumPendingInput = 256 * 1024 * 1024;

/** What a piece of input counts against the limit beside its bytes: many small ones need memory, too. */
const pieceBytes = 256;

/**
 * A guest's stdin: a queue of bytes. When it is empty a read gets 0 bytes, which guests take as the end of the
 * input; what is appended later can be read again (evaluator.md 5.3).
 */
export class InputPipe {
  readonly #limit: number;
  /** Not copied: whoever appends does not change the bytes any more. */
  #pieces: Uint8Array[] = [];
  /** Index of the piece that is read next, and how much of it has been read. */
  #next = 0;
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
    if (this.#pending + bytes.byteLength + this.#pieces.length * pieceBytes > this.#limit) {
      throw new GuestTrap(`more than ${this.#limit} bytes wait in stdin without being read`);
    }
    if (bytes.byteLength === 0) return;
    this.#pieces.push(bytes);
    this.#pending += bytes.byteLength;
  }

  /** Moves as much as there is and fits into `target`; returns the number of bytes. */
  read(target: Uint8Array): number {
    let filled = 0;
    while (filled < target.byteLength && this.#next < this.#pieces.length) {
      const piece = this.#pieces[this.#next]!;
      const end = Math.min(piece.byteLength, this.#offset + target.byteLength - filled);
      target.set(piece.subarray(this.#offset, end), filled);
      filled += end - this.#offset;
      this.#offset = end;
      if (end === piece.byteLength) this.#nextPiece();
    }
    this.#pending -= filled;
    return filled;
  }

  #nextPiece(): void {
    this.#offset = 0;
    this.#next++;
    if (this.#next < this.#pieces.length) return;
    this.#pieces = [];
    this.#next = 0;
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
