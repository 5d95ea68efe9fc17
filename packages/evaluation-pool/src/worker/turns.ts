import type { ThreadControl } from '../control.ts';
import type { Run } from '../protocol.ts';

interface Turn {
  readonly run: Run;
  /** Starts or resumes the run's guest; false when there is nothing to be done after all. */
  readonly begin: () => boolean;
}

export interface TurnListener {
  /** The turn of a run ended although it is not done. */
  suspended(run: Run): void;
  /** Nobody waits for a turn any more. */
  idle(): void;
}

/**
 * Lets one run at a time have the thread, so that the owner can tell who keeps it busy.
 *
 * A turn ends when its run is done or, the stack being empty and all microtasks done, the event loop goes on:
 * then the run waits for something, and its next turn comes with that.
 */
export class Turns {
  readonly #control: ThreadControl;
  readonly #listener: TurnListener;
  readonly #waiting: Turn[] = [];
  /** The run whose turn it is, 0 for none. */
  #current: Run = 0;
  #boundaryScheduled = false;

  constructor(control: ThreadControl, listener: TurnListener) {
    this.#control = control;
    this.#listener = listener;
  }

  /** The run whose code is on the stack, 0 for none. */
  get current(): Run {
    return this.#current;
  }

  /** Gives a run a turn as soon as those before it had theirs. Nothing starts before {@link proceed}. */
  add(run: Run, begin: () => boolean): void {
    this.#waiting.push({ run, begin });
  }

  /** Ends the turn of a run that is done; without effect when it is another's turn. */
  done(run: Run): void {
    if (this.#current !== run) return;
    this.#current = 0;
    this.proceed();
  }

  /** Begins the next turn unless somebody has it. */
  proceed(): void {
    while (this.#current === 0) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#control.leave();
        this.#listener.idle();
        return;
      }
      this.#current = next.run;
      this.#control.enter(next.run);
      if (!next.begin()) {
        this.#current = 0;
        continue;
      }
      this.#scheduleBoundary();
    }
  }

  #scheduleBoundary(): void {
    if (this.#boundaryScheduled) return;
    this.#boundaryScheduled = true;
    setImmediate(() => {
      this.#boundaryScheduled = false;
      const waiting = this.#current;
      if (waiting === 0) return;
      this.#current = 0;
      // First of all: the owner must not find a run on the thread that it was told to be waiting.
      this.#control.leave();
      this.#listener.suspended(waiting);
      this.proceed();
    });
  }
}
