/**
 * Gives `work` a signal that is aborted after so many milliseconds.
 *
 * @param what the subject of the error that the signal then carries
 */
export async function withDeadline<T>(
  milliseconds: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new Error(`${what} took longer than ${milliseconds / 1000} s`)),
    milliseconds,
  );
  try {
    return await work(deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What `work` comes to, or the reason of the signal as soon as it is aborted: even if `work` does not listen to it,
 * and whatever it says then.
 */
export async function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([aborted.promise, work()]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
