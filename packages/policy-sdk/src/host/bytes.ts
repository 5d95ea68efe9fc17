/** Bytes, or text that stands for its UTF-8 encoding. */
export type BytesOrText = Uint8Array | string;

/**
 * Bytes as the host takes them: numbers from 0 to 255.
 *
 * The runtime of policies has no TextEncoder of its own, so text goes through the percent-encoding of the language.
 */
export function toByteList(data: BytesOrText): number[] {
  if (typeof data !== 'string') return [...data];
  const escaped = encodeURIComponent(data.toWellFormed());
  const bytes: number[] = [];
  for (let index = 0; index < escaped.length; index += 1) {
    if (escaped[index] === '%') {
      bytes.push(Number.parseInt(escaped.slice(index + 1, index + 3), 16));
      index += 2;
    } else bytes.push(escaped.charCodeAt(index));
  }
  return bytes;
}

/**
 * @param bytes - UTF-8
 * @throws URIError if they are not
 */
export function textOfBytes(bytes: Iterable<number>): string {
  let escaped = '';
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`;
  return decodeURIComponent(escaped);
}
