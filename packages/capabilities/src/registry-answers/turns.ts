import { HostCallError } from '@kubewarden/evaluator';
import {
  maximumQuestions,
  maximumQuestionsOfPolicy,
  maximumQuestionsToRegistry,
  maximumWaitingQuestionsOfPolicy,
} from './bounds.ts';

/** Who asks, and whom. */
export interface Parties {
  readonly policyId: string;
  /** `host[:port]`. */
  readonly registry: string;
}

/**
 * Lets so many questions through to registries at a time, and the others wait for their turn: neither a registry
 * that does not answer nor a policy that asks a lot holds up what is asked of others, or by others.
 */
export class Turns {
  readonly #running = new Set<Parties>();
  /** With what begins their turn, in the order of arrival. */
  readonly #waiting = new Map<Parties, () => void>();

  /**
   * @param work begins at once if it may
   * @throws HostCallError (as a rejection) when too many questions of the policy wait already
   */
  async take<T>({ policyId, registry }: Parties, work: () => Promise<T>): Promise<T> {
    const parties: Parties = { policyId, registry };
    if (this.#mayRun(parties)) this.#running.add(parties);
    else await this.#wait(parties);
    try {
      return await work();
    } finally {
      this.#running.delete(parties);
      this.#startWaiting();
    }
  }

  #mayRun({ policyId, registry }: Parties): boolean {
    if (this.#running.size >= maximumQuestions) return false;
    const running = [...this.#running];
    return (
      running.filter((other) => other.registry === registry).length < maximumQuestionsToRegistry &&
      running.filter((other) => other.policyId === policyId).length < maximumQuestionsOfPolicy
    );
  }

  #wait(parties: Parties): Promise<void> {
    const { policyId, registry } = parties;
    const own = [...this.#waiting.keys()].filter((other) => other.policyId === policyId).length;
    if (own >= maximumWaitingQuestionsOfPolicy) {
      throw new HostCallError(
        `'${registry}' is not asked: ${own} questions of this policy to registries wait already`,
      );
    }
    return new Promise((start) => this.#waiting.set(parties, start));
  }

  /** One end may begin several: what waits for the registry, and what waits for the policy. */
  #startWaiting(): void {
    for (const [parties, start] of this.#waiting) {
      if (!this.#mayRun(parties)) continue;
      this.#waiting.delete(parties);
      this.#running.add(parties);
      start();
    }
  }
}
