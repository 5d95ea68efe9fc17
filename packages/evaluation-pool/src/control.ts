import { maximumAhead } from './bounds.ts';

/**
 * The words that a worker shares with the owner of the pool, so that the owner sees what a worker does even while
 * a guest keeps it from answering messages.
 *
 * A review that is given to a worker occupies a slot until the worker starts it. Worker and owner both take it
 * out with a compare-and-exchange: whoever succeeds has the review, so that it is started at most once.
 */
export class ThreadControl {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  /** @param buffer - absent on the owner's side, which makes it; the worker gets the owner's */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(controlBytes)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** The run that has the thread now, 0 when none has. */
  get active(): number {
    return Atomics.load(this.#words, activeWord);
  }

  /** A number that changes whenever the thread goes over to another run or goes on with a suspended one. */
  get turn(): number {
    return Atomics.load(this.#words, turnWord);
  }

  /** Says on the worker's side what has the thread. */
  enter(run: number): void {
    Atomics.add(this.#words, turnWord, 1);
    Atomics.store(this.#words, activeWord, run);
  }

  /** Says on the worker's side that nothing has the thread. */
  leave(): void {
    Atomics.store(this.#words, activeWord, 0);
  }

  /**
   * Puts a run into a free slot.
   *
   * @returns the slot, or -1 when all are taken
   */
  offer(run: number): number {
    for (let slot = 0; slot < maximumAhead; slot++) {
      if (Atomics.compareExchange(this.#words, firstSlot + slot, 0, run) === 0) return slot;
    }
    return -1;
  }

  /** Whether a run is still in its slot. */
  waits(slot: number, run: number): boolean {
    return Atomics.load(this.#words, firstSlot + slot) === run;
  }

  /** Takes a run out of its slot; false when the other side was faster. */
  claim(slot: number, run: number): boolean {
    return Atomics.compareExchange(this.#words, firstSlot + slot, run, 0) === run;
  }
}

const activeWord = 0;
const turnWord = 1;
const firstSlot = 2;
const controlBytes = (firstSlot + maximumAhead) * Int32Array.BYTES_PER_ELEMENT;
