import { HostCallError, HostChannelError, type HostRequest } from '@kubewarden/evaluator';
import type { Call, HostCallOrder, Run } from '../protocol.ts';
import type { Outbox } from './outbox.ts';
import type { Turns } from './turns.ts';

/** What a suspended guest waits for. */
interface Wait {
  readonly run: Run;
  readonly succeed: (payload: Uint8Array) => void;
  readonly fail: (error: Error) => void;
}

/** Text of the original for a host call whose answer does not come. */
const noAnswer = 'Error obtaining response over callback channel';

/**
 * The guests of this thread that wait: for an answer of the pool's owner, or for time to pass. Each goes on in a
 * turn of its own.
 */
export class HostCalls {
  readonly #turns: Turns;
  readonly #outbox: Outbox;
  readonly #waits = new Map<Call, Wait>();
  readonly #sleepers = new Map<ReturnType<typeof setTimeout>, Wait>();
  readonly #abandoned = new Set<Run>();
  /** Calls of the guest whose turn it is; the owner gets them when the turn ends. */
  #orders: HostCallOrder[] = [];
  #lastCall: Call = 0;

  constructor(turns: Turns, outbox: Outbox) {
    this.#turns = turns;
    this.#outbox = outbox;
  }

  /**
   * Asks the owner.
   *
   * @throws HostChannelError (or rejects with one) for a run that was answered without its guest
   */
  ask(run: Run, request: HostRequest): Promise<Uint8Array> {
    if (this.#abandoned.has(run)) throw new HostChannelError(noAnswer);
    return new Promise((succeed, fail) => {
      const call = ++this.#lastCall;
      this.#waits.set(call, { run, succeed, fail });
      // Outside its turn only if the runtime let go of the thread in between.
      if (this.#turns.current === run) this.#orders.push([call, request]);
      else this.#tell(run, [[call, request]]);
    });
  }

  /** Tells the owner that a guest waits, and what for. */
  suspended(run: Run): void {
    this.#tell(run, this.#orders);
    this.#orders = [];
  }

  /** Passes the owner's answer on; without effect when the run was abandoned meanwhile. */
  answer(call: Call, payload: Uint8Array): void {
    const wait = this.#take(call);
    if (wait !== undefined) this.#resume(wait, () => wait.succeed(payload));
  }

  /** Passes on that the owner could not answer; the messages are those of an error and of its causes. */
  refuse(call: Call, messages: readonly string[]): void {
    const wait = this.#take(call);
    if (wait !== undefined) this.#resume(wait, () => wait.fail(errorChain(messages)));
  }

  /** Passes on that the call did not reach who could have answered it. */
  unreachable(call: Call, message: string): void {
    const wait = this.#take(call);
    if (wait !== undefined) this.#resume(wait, () => wait.fail(new HostChannelError(message)));
  }

  /** Lets the guest whose turn it is sleep; see `GuestClock.sleep`. */
  sleep(milliseconds: number): Promise<void> {
    const run = this.#turns.current;
    if (this.#abandoned.has(run)) return Promise.reject(new HostChannelError(noAnswer));
    return new Promise((resolve, fail) => {
      const wait = { run, succeed: () => resolve(), fail };
      const timer = setTimeout(() => {
        this.#sleepers.delete(timer);
        this.#resume(wait, () => resolve());
        this.#turns.proceed();
      }, milliseconds);
      this.#sleepers.set(timer, wait);
    });
  }

  /** Fails all that a run waits for or will ask for, so that its guest comes to an end. */
  abandon(run: Run): void {
    this.#abandoned.add(run);
    for (const [call, wait] of this.#waits) {
      if (wait.run !== run) continue;
      this.#waits.delete(call);
      this.#resume(wait, () => wait.fail(new HostChannelError(noAnswer)));
    }
    for (const [timer, wait] of this.#sleepers) {
      if (wait.run !== run) continue;
      clearTimeout(timer);
      this.#sleepers.delete(timer);
      this.#resume(wait, () => wait.fail(new HostChannelError(noAnswer)));
    }
  }

  /** Forgets a run that is done; it may have left calls behind whose answers it does not need. */
  forget(run: Run): void {
    this.#abandoned.delete(run);
    if (this.#turns.current === run) this.#orders = [];
    for (const [call, wait] of this.#waits) if (wait.run === run) this.#waits.delete(call);
  }

  #tell(run: Run, orders: readonly HostCallOrder[]): void {
    this.#outbox.put(['suspended', run, orders]);
    this.#outbox.flush();
  }

  #take(call: Call): Wait | undefined {
    const wait = this.#waits.get(call);
    this.#waits.delete(call);
    return wait;
  }

  #resume({ run }: Wait, settle: () => void): void {
    this.#turns.add(run, () => {
      settle();
      return true;
    });
  }
}

function errorChain(messages: readonly string[]): HostCallError {
  const [message = 'unknown error', ...causes] = messages;
  const cause = causes.reduceRight<Error | undefined>(
    (cause, text) => (cause === undefined ? new Error(text) : new Error(text, { cause })),
    undefined,
  );
  return cause === undefined ? new HostCallError(message) : new HostCallError(message, { cause });
}
