/** A value, or the promise of one. */
export type Awaitable<T> = T | Promise<T>;

/** Applies a function to a value that may have to be waited for; stays synchronous where it can. */
export function chain<T, R>(value: Awaitable<T>, step: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(step) : step(value);
}
