import { RegistryUnreachableError } from '../errors.ts';

/**
 * Runs an operation that ends after so many milliseconds at the latest.
 *
 * @param subject - what it is about, for the message
 * @throws RegistryUnreachableError when the time is up; the reason of `signal` when that is aborted
 */
export async function withDeadline<T>(
  milliseconds: number,
  subject: string,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(milliseconds, subject, signal);
  try {
    return await run(deadline.signal);
  } catch (error) {
    throw deadline.translate(error);
  } finally {
    deadline.end();
  }
}

/** As `withDeadline`, for what is delivered piece by piece. */
export async function* streamWithDeadline<T>(
  milliseconds: number,
  subject: string,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const deadline = startDeadline(milliseconds, subject, signal);
  try {
    yield* run(deadline.signal);
  } catch (error) {
    throw deadline.translate(error);
  } finally {
    deadline.end();
  }
}

function startDeadline(milliseconds: number, subject: string, caller: AbortSignal | undefined) {
  // Not AbortSignal.timeout: Node keeps such a signal until its time is up, however early the work is done.
  const controller = new AbortController();
  const deadline = controller.signal;
  const timer = setTimeout(() => controller.abort(), milliseconds);
  timer.unref();
  return {
    signal: caller === undefined ? deadline : AbortSignal.any([caller, deadline]),
    end: () => clearTimeout(timer),
    translate: (error: unknown): unknown => {
      if (caller?.aborted) return caller.reason;
      if (!deadline.aborted) return error;
      return new RegistryUnreachableError(`no complete answer within ${milliseconds} ms from ${subject}`, {
        cause: error,
      });
    },
  };
}
