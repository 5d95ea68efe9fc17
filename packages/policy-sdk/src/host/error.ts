/**
 * A host capability that failed or is not allowed to the policy. The message is what the host said.
 */
export class HostError extends Error {
  override readonly name = 'HostError';
  /** For instance `kubernetes/get_resource`. */
  readonly capability: string;

  constructor(message: string, capability: string, options?: ErrorOptions) {
    super(message, options);
    this.capability = capability;
  }
}
