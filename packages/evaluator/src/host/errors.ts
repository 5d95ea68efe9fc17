/**
 * A host call that failed or was refused.
 *
 * Thrown by whoever answers a request, the message says what went wrong and `cause` why; thrown by the gate,
 * the message is what the guest is told.
 */
export class HostCallError extends Error {
  override readonly name: string = 'HostCallError';
}

/**
 * A request that never reached whoever answers it, or whose answer never came back: the way is blocked, not the
 * capability. The guest is told the message as it is.
 */
export class HostChannelError extends HostCallError {
  override readonly name = 'HostChannelError';
}

/**
 * An error with its causes, in the form in which guests have always been told of it:
 *
 * ```text
 * cannot read the manifest
 *
 * Caused by:
 *     0: connection refused
 *     1: os error 111
 * ```
 *
 * A single cause is not numbered. Follows the debug form of Rust's `anyhow::Error`.
 */
export function describeErrorChain(error: unknown): string {
  const causes: string[] = [];
  let cause = causeOf(error);
  // A chain that bites its own tail must not hold up a review.
  while (cause !== undefined && causes.length < maximumCauses) {
    causes.push(errorText(cause));
    cause = causeOf(cause);
  }
  if (causes.length === 0) return errorText(error);
  const lines = causes.map((text, index) =>
    causes.length === 1
      ? indent('    ', '    ', text)
      : indent(`${String(index).padStart(5)}: `, '       ', text),
  );
  return `${errorText(error)}\n\nCaused by:\n${lines.join('\n')}`;
}

/** The message of an error, without its causes; anything else that was thrown in its string form. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const maximumCauses = 16;

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== null ? error.cause : undefined;
}

function indent(first: string, rest: string, text: string): string {
  return first + text.replaceAll('\n', `\n${rest}`);
}
