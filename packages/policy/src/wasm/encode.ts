const encoder = new TextEncoder();

/** The concatenation of byte strings. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * An unsigned integer as LEB128, in as few bytes as possible.
 *
 * @param value an integer from 0 to 2^53
 */
export function encodeUnsigned(value: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** A signed integer as LEB128 (the operand of `i32.const` and `i64.const`), in as few bytes as possible. */
export function encodeSigned(value: number | bigint): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    const signBit = (byte & 0x40) !== 0;
    if ((rest === 0n && !signBit) || (rest === -1n && signBit)) {
      bytes.push(byte);
      return Uint8Array.from(bytes);
    }
    bytes.push(byte | 0x80);
  }
}

/** A name: its UTF-8 with the length in front. */
export function encodeName(name: string): Uint8Array<ArrayBuffer> {
  return encodeSized(encoder.encode(name));
}

/** Bytes with their length in front: a function body, for example. */
export function encodeSized(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes([encodeUnsigned(bytes.length), bytes]);
}

/** A vector: the number of its entries, then the entries. It is also the payload of most sections. */
export function encodeVector(entries: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concatBytes([encodeUnsigned(entries.length), ...entries]);
}
