/** An output buffer above this many bytes is dropped after use. */
const retainedBytes = 1 << 20;
const initialBytes = 1 << 14;

/** Up to this many bytes, a loop over words is faster than a call of `set`. */
const shortCopy = 128;

const nothing = new Uint8Array(0);

/**
 * Collects output as runs of a source: as long as the next byte wanted is also the next byte of the source, a
 * run only grows, so that what can be taken as it stands is copied in one piece.
 */
export class RunWriter {
  #output = new Uint8Array(initialBytes);
  #outputView = new DataView(this.#output.buffer);
  #length = 0;
  #source: Uint8Array = nothing;
  #sourceView: DataView = new DataView(nothing.buffer);
  #runStart = 0;
  #runEnd = 0;

  /** Starts a new text; what was begun and not finished is forgotten. */
  begin(source: Uint8Array): void {
    this.#source = source;
    this.#sourceView = new DataView(source.buffer, source.byteOffset, source.length);
    this.#length = 0;
    this.#runStart = 0;
    this.#runEnd = 0;
  }

  /** The text so far, in a buffer of its own. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#flush();
    const text = this.#output.slice(0, this.#length);
    if (this.#output.length > retainedBytes) this.#setOutput(new Uint8Array(initialBytes));
    this.#source = nothing;
    return text;
  }

  /** How many bytes have been written. */
  get length(): number {
    return this.#length + this.#runEnd - this.#runStart;
  }

  /** Writes one byte. */
  byte(value: number): void {
    const end = this.#runEnd;
    if (this.#source[end] === value && end > this.#runStart) {
      this.#runEnd = end + 1;
      return;
    }
    this.#flush();
    if (this.#length === this.#output.length) this.#grow(1);
    this.#output[this.#length++] = value;
  }

  /** Writes bytes that are not in the source. */
  bytes(bytes: Uint8Array): void {
    this.#flush();
    if (this.#length + bytes.length > this.#output.length) this.#grow(bytes.length);
    this.#output.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Writes a text of ASCII characters that is not in the source. */
  ascii(text: string): void {
    this.#flush();
    if (this.#length + text.length > this.#output.length) this.#grow(text.length);
    for (let index = 0; index < text.length; index++) this.#output[this.#length++] = text.charCodeAt(index);
  }

  /** Writes the bytes of the source from `start` up to `end`. */
  copy(start: number, end: number): void {
    if (start !== this.#runEnd) {
      this.#flush();
      this.#runStart = start;
    }
    this.#runEnd = end;
  }

  #flush(): void {
    const start = this.#runStart;
    const end = this.#runEnd;
    const size = end - start;
    if (size === 0) return;
    this.#runStart = end;
    const length = this.#length;
    this.#length = length + size;
    // Whole words are copied, so up to three bytes too many; what comes next overwrites them.
    const words = (size + 3) & ~3;
    if (length + words > this.#output.length) this.#grow(words);
    const source = this.#sourceView;
    if (size > shortCopy || start + words > source.byteLength) {
      this.#output.set(this.#source.subarray(start, end), length);
      return;
    }
    const output = this.#outputView;
    for (let offset = 0; offset < size; offset += 4) {
      output.setUint32(length + offset, source.getUint32(start + offset, true), true);
    }
  }

  #grow(size: number): void {
    const grown = new Uint8Array(Math.max(this.#output.length * 2, this.#output.length + size));
    grown.set(this.#output);
    this.#setOutput(grown);
  }

  #setOutput(output: Uint8Array<ArrayBuffer>): void {
    this.#output = output;
    this.#outputView = new DataView(output.buffer);
  }
}
