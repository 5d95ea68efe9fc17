/** Certificates or keys that cannot be served, or files that cannot be read. */
export class TlsMaterialError extends Error {
  override readonly name = 'TlsMaterialError';
}
