/**
 * Bytes whose structured clone costs no more than they are: the clone of a view copies its whole buffer, and
 * Node's buffers are often small parts of large ones. Shared memory is not copied at all and passed as it is.
 */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  const { buffer } = bytes;
  if (buffer instanceof SharedArrayBuffer || buffer.byteLength === bytes.byteLength) return bytes;
  return new Uint8Array(bytes);
}
