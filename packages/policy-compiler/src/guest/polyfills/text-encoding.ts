import { defineGlobal, natives } from '../natives.ts';

/** Names of UTF-8 (WHATWG Encoding, "Names and labels"). */
const labels = ['utf-8', 'utf8', 'unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8', 'x-unicode20utf8'];

class TextEncoder {
  get encoding(): string {
    return 'utf-8';
  }

  encode(text: unknown = ''): Uint8Array {
    return new Uint8Array(natives.encode(String(text).toWellFormed()));
  }

  encodeInto(text: unknown, target: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const character of String(text).toWellFormed()) {
      const bytes = this.encode(character);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

interface DecoderOptions {
  readonly fatal?: unknown;
  readonly ignoreBOM?: unknown;
}

/** Knows UTF-8 only, and no streams: a policy sees its texts whole. */
class TextDecoder {
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;

  constructor(label: unknown = 'utf-8', { fatal = false, ignoreBOM = false }: DecoderOptions = {}) {
    if (!labels.includes(String(label).trim().toLowerCase())) {
      throw new RangeError(`TextDecoder: only UTF-8 is available in policies, not ${String(label)}`);
    }
    this.fatal = Boolean(fatal);
    this.ignoreBOM = Boolean(ignoreBOM);
  }

  get encoding(): string {
    return 'utf-8';
  }

  decode(input?: ArrayBuffer | ArrayBufferView, options?: { readonly stream?: boolean }): string {
    if (options?.stream) throw new TypeError('TextDecoder: streams are not available in policies');
    if (input === undefined) return '';
    const bytes = ArrayBuffer.isView(input)
      ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
      : new Uint8Array(input);
    const text = natives
      .decode(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
      .toWellFormed();
    if (this.fatal && !isEncodingOf(bytes, text)) throw new TypeError('TextDecoder: the bytes are not UTF-8');
    return !this.ignoreBOM && text.startsWith('\ufeff') ? text.slice(1) : text;
  }
}

/** Text that was decoded with replacements does not lead back to its bytes. */
function isEncodingOf(bytes: Uint8Array, text: string): boolean {
  const again = new Uint8Array(natives.encode(text));
  return again.length === bytes.length && again.every((byte, index) => byte === bytes[index]);
}

defineGlobal('TextEncoder', TextEncoder);
defineGlobal('TextDecoder', TextDecoder);
