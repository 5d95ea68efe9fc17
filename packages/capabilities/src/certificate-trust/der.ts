/** Something that is not DER, or not what is expected at this place. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** Tags that occur in certificates. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/** The tag of a member with an explicit or implicit number, `[0]`, `[1]`, … */
export function contextTag(number: number, constructed: boolean): number {
  return 0x80 | (constructed ? 0x20 : 0) | number;
}

/** One value: `whole` with tag and length, `content` without. Views, not copies. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Reads the values of a DER encoding one after another (X.690). */
export class DerReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  /** @throws DerError if the next value is cut off, too long or encoded in more bytes than needed */
  next(): DerValue {
    const start = this.#offset;
    const tag = this.#byte();
    if ((tag & 0x1f) === 0x1f) throw new DerError('long tags are not supported');
    const length = this.#length();
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw new DerError('a value is cut off');
    const content = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return { tag, content, whole: this.#bytes.subarray(start, end) };
  }

  /** @throws DerError if the next value has another tag */
  expect(tag: number): DerValue {
    const value = this.next();
    if (value.tag !== tag) throw new DerError(`tag ${tag} is expected, not ${value.tag}`);
    return value;
  }

  /** The next value if it has this tag. */
  optional(tag: number): DerValue | undefined {
    return this.#bytes[this.#offset] === tag ? this.next() : undefined;
  }

  /** @throws DerError if there is more to read */
  end(): void {
    if (!this.atEnd) throw new DerError('there is something behind the last value');
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw new DerError('a value is cut off');
    this.#offset += 1;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 3) throw new DerError('a length is not supported');
    let length = 0;
    for (let index = 0; index < count; index += 1) length = length * 256 + this.#byte();
    if (length < 0x80 || length < 256 ** (count - 1)) throw new DerError('a length is not the shortest');
    return length;
  }
}
