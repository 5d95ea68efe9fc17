/** Counts calls that are not finished, so that one can wait for their end. */
export class InFlight {
  #count = 0;
  #emptied: (() => void) | undefined;

  async track<T>(call: () => Promise<T>): Promise<T> {
    this.#count += 1;
    try {
      return await call();
    } finally {
      this.#count -= 1;
      if (this.#count === 0) this.#emptied?.();
    }
  }

  /** Resolves when no call is in flight any more, but at the latest after so many milliseconds. */
  async drain(milliseconds: number): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#emptied = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
