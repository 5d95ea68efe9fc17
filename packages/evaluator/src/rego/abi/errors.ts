/** An evaluation that came to no result; the message is what the rejection says. */
export class RegoEvaluationError extends Error {
  override readonly name = 'RegoEvaluationError';
}

/** A module that cannot run on this host at all. */
export class RegoModuleError extends Error {
  override readonly name = 'RegoModuleError';

  constructor(reason: string, options?: ErrorOptions) {
    super(`cannot allocate Rego evaluator: cannot build Rego engine: ${reason}`, options);
  }
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
