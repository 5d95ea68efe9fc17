/** An image is not signed as required; the message says which requirement failed and what was found. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
}

/** A verification config that cannot be read or is wrong. */
export class VerificationConfigError extends Error {
  override readonly name = 'VerificationConfigError';
  /** The message without the file. */
  readonly problem: string;

  constructor(problem: string, { path, cause }: { readonly path?: string; readonly cause?: unknown } = {}) {
    super(path === undefined ? problem : `${problem} (${path})`, { cause });
    this.problem = problem;
  }
}

/** The trust root is not to be had: signatures of certificates and transparency logs cannot be judged. */
export class TrustRootError extends Error {
  override readonly name = 'TrustRootError';
}

/** A signing key or certificate that cannot be used. Messages never hold a password or a key. */
export class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError';
}

/** An image that could not be signed; the message says what was written nevertheless. */
export class SigningError extends Error {
  override readonly name = 'SigningError';
}
