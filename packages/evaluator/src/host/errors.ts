/** A host call that failed or was refused; the message is what the guest is told. */
export class HostCallError extends Error {
  override readonly name = 'HostCallError';
}
