const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of a guest that should be text and are not. */
export class Utf8Error extends Error {
  override readonly name = 'Utf8Error';
  /** Bytes before the fault. */
  readonly validUpTo: number;
  /** Bytes of the faulty sequence; undefined when the text ends within a sequence. */
  readonly faultyBytes: number | undefined;

  constructor(validUpTo: number, faultyBytes: number | undefined, options: ErrorOptions) {
    super(
      faultyBytes === undefined
        ? `incomplete utf-8 byte sequence from index ${validUpTo}`
        : `invalid utf-8 sequence of ${faultyBytes} bytes from index ${validUpTo}`,
      options,
    );
    this.validUpTo = validUpTo;
    this.faultyBytes = faultyBytes;
  }

  /** The error as Rust's `{:?}` writes it. */
  get debug(): string {
    const length = this.faultyBytes === undefined ? 'None' : `Some(${this.faultyBytes})`;
    return `Utf8Error { valid_up_to: ${this.validUpTo}, error_len: ${length} }`;
  }
}

/** @throws Utf8Error with the text that Rust has for the same bytes */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    const [validUpTo, faultyBytes] = findFault(bytes);
    throw new Utf8Error(validUpTo, faultyBytes, { cause });
  }
}

/** The first fault in bytes that are known not to be UTF-8: its position and length. */
function findFault(bytes: Uint8Array): [number, number | undefined] {
  let position = 0;
  for (;;) {
    const length = sequenceLength(bytes, position);
    if (length <= 0) return [position, length === 0 ? undefined : -length];
    position += length;
  }
}

/**
 * Length of the sequence at `position`; minus the length of the faulty part if it is wrong; 0 if the bytes end
 * within it. The ranges are those of the Unicode standard, table 3-7.
 */
function sequenceLength(bytes: Uint8Array, position: number): number {
  const first = bytes[position];
  if (first === undefined) return 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return -1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let index = 1; index < length; index++) {
    const next = bytes[position + index];
    if (next === undefined) return 0;
    const [low, high] = index === 1 ? secondByteRange(first) : [0x80, 0xbf];
    if (next < low || next > high) return -index;
  }
  return length;
}

function secondByteRange(first: number): readonly [number, number] {
  switch (first) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return [0x80, 0xbf];
  }
}
