import { createHash } from 'node:crypto';
import { HostCallError } from '@kubewarden/evaluator';
import { LRUCache } from 'lru-cache';
import {
  answerLifetime,
  maximumAnswerBytes,
  maximumAnswers,
  maximumKeptAnswerBytes,
  questionMilliseconds,
} from './bounds.ts';
import { type Parties, Turns } from './turns.ts';

/** What a policy wants to know of a registry. */
export interface Question extends Parties {
  /** What distinguishes the question from all others, as JSON; whoever asks the same gets the same answer. */
  readonly key: readonly unknown[];
}

/** Has to stop when its signal says so. */
export type Ask = (signal: AbortSignal) => Promise<Uint8Array>;

/** A question that has no answer yet. */
interface Flight {
  /** Whose turn it waits for. */
  readonly policyId: string;
  readonly began: boolean;
  readonly answer: Promise<Uint8Array>;
}

export interface RegistryAnswersOptions {
  /** Milliseconds that only grow. Default: the clock of the machine. */
  readonly clock?: { now(): number };
  /** After how many milliseconds a question is given up. Default 30,000. */
  readonly questionMilliseconds?: number;
}

/**
 * What registries have answered lately, for all capabilities and policies together (evaluator.md 4.7): successes
 * only, for a minute.
 *
 * A question that is on its way already is not put again: whoever asks the same waits for the same answer. It goes
 * on when a policy has no more time to wait, so that the next review finds the answer.
 */
export class RegistryAnswers {
  readonly #kept: LRUCache<string, Uint8Array>;
  readonly #onTheWay = new Map<string, Flight>();
  readonly #turns = new Turns();
  readonly #disposal = new AbortController();
  readonly #questionMilliseconds: number;

  constructor(options: RegistryAnswersOptions = {}) {
    this.#questionMilliseconds = options.questionMilliseconds ?? questionMilliseconds;
    this.#kept = new LRUCache({
      max: maximumAnswers,
      maxSize: maximumAnswerBytes,
      maxEntrySize: maximumKeptAnswerBytes,
      sizeCalculation: ({ byteLength }) => byteLength + 1,
      ttl: answerLifetime,
      ttlResolution: 0,
      perf: options.clock ?? performance,
    });
  }

  /**
   * The kept answer, or else the one that `ask` gives.
   *
   * @throws whatever `ask` throws; HostCallError when it takes too long or too much waits already
   */
  find(question: Question, ask: Ask): Uint8Array | Promise<Uint8Array> {
    const key = createHash('sha256').update(JSON.stringify(question.key)).digest('base64');
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const same = this.#onTheWay.get(key);
    // What another policy has to wait with, because it asks too much, this one need not wait for.
    if (same !== undefined && (same.began || same.policyId === question.policyId)) return same.answer;
    return this.#send(key, question, ask);
  }

  #send(key: string, question: Question, ask: Ask): Promise<Uint8Array> {
    const flight = { policyId: question.policyId, began: false };
    const answer = this.#turns
      .take(question, async () => {
        flight.began = true;
        return this.#kept.get(key) ?? (await this.#put(question, ask));
      })
      .then((bytes) => {
        this.#kept.set(key, bytes);
        return bytes;
      })
      .finally(() => {
        if (this.#onTheWay.get(key)?.answer === answer) this.#onTheWay.delete(key);
      });
    this.#onTheWay.set(key, Object.assign(flight, { answer }));
    return answer;
  }

  /** How many answers are kept, those included that are too old. */
  get size(): number {
    return this.#kept.size;
  }

  /** Gives up what is on its way and forgets the rest. */
  dispose(): void {
    this.#disposal.abort(new HostCallError('the host is stopping'));
    this.#kept.clear();
  }

  async #put({ registry }: Parties, ask: (signal: AbortSignal) => Promise<Uint8Array>): Promise<Uint8Array> {
    const attempt = new AbortController();
    const giveUp = Promise.withResolvers<never>();
    const stop = (reason: unknown): void => {
      attempt.abort(reason);
      giveUp.reject(reason);
    };
    const milliseconds = this.#questionMilliseconds;
    const timer = setTimeout(
      () => stop(new HostCallError(`'${registry}' did not answer within ${milliseconds / 1000} s`)),
      milliseconds,
    );
    const { signal } = this.#disposal;
    const dispose = (): void => stop(signal.reason);
    signal.addEventListener('abort', dispose);
    try {
      signal.throwIfAborted();
      // What `ask` throws once it is told to stop says less than why it was.
      return await Promise.race([giveUp.promise, ask(attempt.signal)]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', dispose);
    }
  }
}
