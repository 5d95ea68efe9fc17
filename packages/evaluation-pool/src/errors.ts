/** The pool cannot be started with these options, or its threads cannot be started at all. */
export class PoolStartError extends Error {
  override readonly name = 'PoolStartError';
}

/** An id that is no policy of the pool. */
export class UnknownPolicyError extends Error {
  override readonly name = 'UnknownPolicyError';

  readonly policyId: string;

  constructor(policyId: string) {
    super(`unknown policy: ${policyId}`);
    this.policyId = policyId;
  }
}
