import type { MessagePort } from 'node:worker_threads';
import type { Reply, Run, ToOwner } from '../protocol.ts';
import { logEntryLength } from './log-budget.ts';

/** Milliseconds of work after which replies wait no longer for others to be posted with. */
const batchMilliseconds = 0.5;

/** Characters of log text after which the owner gets it, whether the thread comes to rest or not. */
const eagerLogLength = 64 * 1024;

/** Messages for the owner; those of the same moment are posted together. */
export class Outbox {
  readonly #port: MessagePort;
  #messages: ToOwner[] = [];
  #logLength = 0;
  #batchStart = 0;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  /** Says that the thread begins to work again after a rest. */
  open(): void {
    this.#batchStart = performance.now();
  }

  put(message: ToOwner): void {
    this.#messages.push(message);
    if (message[0] !== 'log') return;
    this.#logLength += logEntryLength(message[1]);
    if (this.#logLength > eagerLogLength) this.flush();
  }

  /** Quick reviews are answered together; the answer of one that took its time does not wait for the next. */
  reply(run: Run, reply: Reply): void {
    this.#messages.push(['done', run, reply]);
    const now = performance.now();
    if (now - this.#batchStart < batchMilliseconds) return;
    this.flush();
    this.#batchStart = now;
  }

  flush(): void {
    if (this.#messages.length === 0) return;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port is no window
    this.#port.postMessage(this.#messages);
    this.#messages = [];
    this.#logLength = 0;
  }
}
