import { BuiltinError } from './builtin.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function textToBytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Bytes that are no UTF-8 become U+FFFD: Rego strings hold text here, where OPA's hold any bytes. */
export function bytesToText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function bytesToHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @throws BuiltinError */
export function hexToBytes(text: string): Uint8Array {
  const wrong = /[^0-9a-fA-F]/.exec(text);
  if (wrong !== null) throw new BuiltinError(`encoding/hex: invalid byte: ${JSON.stringify(wrong[0])}`);
  if (text.length % 2 !== 0) throw new BuiltinError('encoding/hex: odd length hex string');
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Base64 with `-` and `_`, without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = Math.min(bytes.length - i, 3) + 1;
    for (let digit = 0; digit < digits; digit++) text += alphabet[(group >> (18 - 6 * digit)) & 63];
  }
  return text;
}

/**
 * Base64 with `-` and `_`, with or without padding; line breaks are skipped, as in Go.
 *
 * @throws BuiltinError
 */
export function decodeBase64Url(text: string): Uint8Array {
  const padded = text.replaceAll(/[\r\n]/g, '');
  const padding = padded.endsWith('==') ? 2 : padded.endsWith('=') ? 1 : 0;
  const digits = padded.slice(0, padded.length - padding);
  const valid = /^[A-Za-z0-9_-]*$/.test(digits) && digits.length % 4 !== 1;
  if (!valid || (padding > 0 && (digits.length + padding) % 4 !== 0)) {
    throw new BuiltinError(`illegal base64url string: ${text}`);
  }
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let available = 0;
  let length = 0;
  for (const digit of digits) {
    bits = ((bits << 6) | alphabet.indexOf(digit)) & 0xffff;
    available += 6;
    if (available >= 8) {
      available -= 8;
      bytes[length++] = (bits >> available) & 0xff;
    }
  }
  return bytes;
}
