/**
 * Reads JSON where it lies: finds members and elements, and decodes nothing but booleans.
 *
 * A value is the index of its first byte. The host has checked the syntax; what this reader does not understand is
 * `NONE`.
 */

export const NONE: i32 = -1;

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;

export class Json {
  constructor(private text: Uint8Array) {}

  /** The whole text's value. */
  root(): i32 {
    return this.skipSpace(0);
  }

  isTrue(value: i32): bool {
    return (
      value !== NONE &&
      value + 4 <= this.text.length &&
      load<u32>(this.text.dataStart + value) === 0x65757274 /* true, little-endian */
    );
  }

  /** The member `name` of an object; names with escapes are never equal to `name`. */
  member(object: i32, name: string): i32 {
    let at = this.expect(object, 0x7b);
    while (at !== NONE) {
      const key = this.expect(at, QUOTE);
      if (key === NONE) return NONE;
      const afterKey = this.skipString(key);
      const value = this.expect(afterKey, COLON);
      if (value === NONE) return NONE;
      if (this.equals(key, afterKey - 1, name)) return this.skipSpace(value);
      at = this.expect(this.skipValue(value), COMMA);
    }
    return NONE;
  }

  /** The first element of an array. */
  first(array: i32): i32 {
    const at = this.skipSpace(this.expect(array, 0x5b));
    return this.byte(at) === 0x5d ? NONE : at;
  }

  /** The element behind `element`. */
  next(element: i32): i32 {
    return this.skipSpace(this.expect(this.skipValue(element), COMMA));
  }

  private byte(at: i32): u8 {
    return at === NONE || at >= this.text.length ? 0 : unchecked(this.text[at]);
  }

  private skipSpace(at: i32): i32 {
    if (at === NONE) return NONE;
    while (at < this.text.length && isSpace(unchecked(this.text[at]))) at++;
    return at;
  }

  /** The index behind `byte`, if that is what comes next. */
  private expect(at: i32, byte: u8): i32 {
    at = this.skipSpace(at);
    return this.byte(at) === byte ? at + 1 : NONE;
  }

  /** The index behind the string whose opening quote is passed. */
  private skipString(at: i32): i32 {
    while (at < this.text.length) {
      const byte = unchecked(this.text[at++]);
      if (byte === QUOTE) return at;
      if (byte === BACKSLASH) at++;
    }
    return NONE;
  }

  /** The index behind the value that begins at `at`. */
  private skipValue(at: i32): i32 {
    let depth = 0;
    at = this.skipSpace(at);
    while (at !== NONE && at < this.text.length) {
      const byte = unchecked(this.text[at]);
      if (byte === QUOTE) {
        at = this.skipString(at + 1);
      } else if (byte === 0x7b || byte === 0x5b) {
        depth++;
        at++;
      } else if (byte === 0x7d || byte === 0x5d) {
        if (depth === 0) return NONE;
        depth--;
        at++;
      } else if (isSeparator(byte)) {
        at++;
      } else {
        while (at < this.text.length && !isEnd(unchecked(this.text[at]))) at++;
      }
      if (depth === 0) return at;
    }
    return NONE;
  }

  private equals(start: i32, end: i32, name: string): bool {
    if (end - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) {
      if (<i32>unchecked(this.text[start + i]) !== name.charCodeAt(i)) return false;
    }
    return true;
  }
}

function isSpace(byte: u8): bool {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function isSeparator(byte: u8): bool {
  return byte === COMMA || byte === COLON || isSpace(byte);
}

/** Whether a number or a literal ends before `byte`. */
function isEnd(byte: u8): bool {
  return isSeparator(byte) || byte === 0x7d || byte === 0x5d;
}
