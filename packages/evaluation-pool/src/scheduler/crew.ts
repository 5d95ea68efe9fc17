import { maximumRestartMilliseconds, restartMilliseconds } from '../bounds.ts';
import { PoolStartError } from '../errors.ts';
import type { WorkerSetup } from '../protocol.ts';
import { PoolThread, type SpawnWorker, type ThreadListener } from './thread.ts';

/** The workers of a pool: as many as were asked for, each replaced when it ends. */
export class Crew {
  readonly #spawn: SpawnWorker;
  readonly #setup: Omit<WorkerSetup, 'control'>;
  readonly #listener: ThreadListener;
  readonly #threads: PoolThread[] = [];
  /** By lane: how often its workers ended one after the other without having done anything. */
  readonly #failures: number[];
  readonly #restarts = new Set<ReturnType<typeof setTimeout>>();
  #ending: Promise<void>[] = [];
  #closed = false;
  #waitingForStart: { readonly done: () => void; readonly failed: (error: Error) => void } | undefined;

  constructor(
    workers: number,
    spawn: SpawnWorker,
    setup: Omit<WorkerSetup, 'control'>,
    listener: ThreadListener,
  ) {
    this.#spawn = spawn;
    this.#setup = setup;
    this.#listener = listener;
    this.#failures = Array.from({ length: workers }, () => 0);
  }

  /** One per lane; a replacement that has not been started yet is missing. */
  get threads(): readonly PoolThread[] {
    return this.#threads;
  }

  /**
   * Starts the workers.
   *
   * @param milliseconds - bound on the time until all are ready
   * @throws PoolStartError when one is not
   */
  async start(milliseconds: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#waitingForStart?.failed(
        new PoolStartError(`the workers were not ready within ${milliseconds} ms`),
      );
    }, milliseconds);
    try {
      await new Promise<void>((done, failed) => {
        this.#waitingForStart = { done, failed };
        for (const lane of this.#failures.keys()) this.#threads.push(this.#thread(lane));
      });
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#waitingForStart = undefined;
    }
  }

  /** Takes note that a worker can be given work. */
  markReady(thread: PoolThread): void {
    thread.ready = true;
    if (this.#threads.every(({ ready }) => ready)) this.#waitingForStart?.done();
  }

  /** Takes note that a worker has done something, so that starting its successor is worth no delay. */
  proved(thread: PoolThread): void {
    this.#failures[thread.lane] = 0;
  }

  /** Ends a worker and starts its successor at once. */
  replace(thread: PoolThread): void {
    this.#end(thread);
    if (!this.#closed) this.#threads[thread.lane] = this.#thread(thread.lane);
  }

  /** Starts the successor of a worker that ended by itself, later when that happens again and again. */
  restart(thread: PoolThread, error: Error): void {
    if (this.#waitingForStart !== undefined) {
      this.#waitingForStart.failed(new PoolStartError('a worker could not be started', { cause: error }));
      return;
    }
    const failures = this.#failures[thread.lane] ?? 0;
    this.#failures[thread.lane] = failures + 1;
    if (failures === 0) {
      this.replace(thread);
      return;
    }
    this.#end(thread);
    const delay = Math.min(restartMilliseconds * 2 ** (failures - 1), maximumRestartMilliseconds);
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#threads[thread.lane] = this.#thread(thread.lane);
    }, delay);
    this.#restarts.add(timer);
  }

  /** Ends all workers and waits until they are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    for (const thread of this.#threads) this.#end(thread);
    await Promise.all(this.#ending);
  }

  #thread(lane: number): PoolThread {
    return new PoolThread(lane, this.#spawn, this.#setup, this.#listener);
  }

  #end(thread: PoolThread): void {
    thread.ready = false;
    const ending = thread.end().finally(() => {
      this.#ending = this.#ending.filter((other) => other !== ending);
    });
    this.#ending.push(ending);
  }
}
