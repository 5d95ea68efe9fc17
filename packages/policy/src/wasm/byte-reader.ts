import { WasmFormatError } from './errors.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the primitive values of the binary format, and never behind `end`. Offsets are those of the whole
 * module, also where only a part of it is read.
 *
 * Source: WebAssembly core specification, section 5.2.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.offset >= this.end;
  }

  /** @throws WasmFormatError at the end of the input, as all methods here */
  byte(): number {
    if (this.offset >= this.end) throw new WasmFormatError('unexpected end of the module', this.offset);
    return this.bytes[this.offset++]!;
  }

  /** An unsigned LEB128 integer of at most 32 bits. */
  unsigned(): number {
    const start = this.offset;
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) break;
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
    }
    throw new WasmFormatError('an integer is longer than 32 bits', start);
  }

  /** An unsigned LEB128 integer of at most 64 bits; above 2^53 the nearest double. */
  unsigned64(): number {
    const start = this.offset;
    let result = 0;
    let factor = 1;
    for (let length = 1; length <= 10; length++, factor *= 128) {
      const byte = this.byte();
      if (length === 10 && byte > 1) break;
      result += (byte & 0x7f) * factor;
      if (byte < 0x80) return result;
    }
    throw new WasmFormatError('an integer is longer than 64 bits', start);
  }

  /** Skips a signed LEB128 integer of at most 64 bits. */
  skipSigned(): void {
    const start = this.offset;
    for (let length = 1; length <= 10; length++) {
      if (this.byte() < 0x80) return;
    }
    throw new WasmFormatError('an integer is longer than 64 bits', start);
  }

  skip(length: number): void {
    if (length > this.end - this.offset) {
      throw new WasmFormatError('unexpected end of the module', this.offset);
    }
    this.offset += length;
  }

  /** The next `length` bytes; a view, not a copy. */
  view(length: number): Uint8Array {
    const start = this.offset;
    this.skip(length);
    return this.bytes.subarray(start, this.offset);
  }

  /** The length of a vector. Every entry takes a byte at least, which bounds what may be claimed. */
  count(): number {
    const start = this.offset;
    const count = this.unsigned();
    if (count > this.end - this.offset) {
      throw new WasmFormatError(`a vector claims ${count} entries, more than there are bytes`, start);
    }
    return count;
  }

  /** A name: UTF-8 with its length in front. */
  text(): string {
    const start = this.offset;
    const view = this.view(this.unsigned());
    try {
      return decoder.decode(view);
    } catch {
      throw new WasmFormatError('a name is not valid UTF-8', start);
    }
  }
}
