/** A map that holds a limited number of entries: the one that was used longest ago has to go. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #limit: number;
  readonly #evicted: ((value: V) => void) | undefined;

  /** @param evicted - told of every value that is dropped or replaced */
  constructor(limit: number, evicted?: (value: V) => void) {
    this.#limit = limit;
    this.#evicted = evicted;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#limit) return;
    const [oldest] = this.#entries.keys();
    this.delete(oldest as K);
  }

  delete(key: K): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#evicted?.(value);
  }

  clear(): void {
    for (const key of this.#entries.keys()) this.delete(key);
  }
}
