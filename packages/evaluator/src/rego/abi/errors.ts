import { PolicyInitializationError } from '../../runtime/errors.ts';

/** An evaluation that came to no result; the message is what the rejection says. */
export class RegoEvaluationError extends Error {
  override readonly name = 'RegoEvaluationError';
}

/** A module that cannot run on this host at all. */
export class RegoModuleError extends PolicyInitializationError {
  override readonly name = 'PolicyInitializationError';

  constructor(reason: string, options?: ErrorOptions) {
    super(
      `unable to rehydrate rego module: cannot allocate Rego evaluator: cannot build Rego engine: ${reason}`,
      options,
    );
  }
}
