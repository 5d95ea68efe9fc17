import type { HostOperations } from './host-operations.ts';
import type { HostCall, LogEntry } from './verdict.ts';

/** What host a policy finds in a test: answers written in the test, or a recorded session. */
export type TestHost = HostAnswers | HostSession;

/**
 * Answers by capability: a value, or a function that makes one of the request. What a function throws is what the
 * host fails with.
 */
export type HostAnswers = {
  readonly [C in keyof HostOperations]?:
    | HostOperations[C]['response']
    | ((request: HostOperations[C]['request']) => HostOperations[C]['response']);
};

/** A host that begins anew for each evaluation. */
export abstract class HostSession {
  abstract open(): Promise<OpenHost>;
}

/** A host during one evaluation. */
export interface OpenHost {
  /**
   * Answers a host call.
   *
   * @throws Error with the text that the policy sees
   */
  call(namespace: string, operation: string, payload: string): string;
  /**
   * Answers what a host asks on behalf of a Rego policy.
   *
   * @param request - a HostRequest of the engine, which is not installed everywhere: types must do without it
   */
  fetch?(request: object): Uint8Array | Promise<Uint8Array>;
  /** How many recorded exchanges nobody has asked for yet. */
  unusedExchanges(): number;
}

export async function openHost(host: TestHost = {}): Promise<OpenHost> {
  return host instanceof HostSession ? host.open() : programmedHost(host);
}

function programmedHost(answers: HostAnswers): OpenHost {
  const known = new Map<string, unknown>(Object.entries(answers));
  return {
    unusedExchanges: () => 0,
    call(namespace, operation, payload) {
      const capability = `${namespace}/${operation}`;
      const answer = known.get(capability);
      if (answer === undefined) throw new Error(`the host of this test has no answer for ${capability}`);
      if (typeof answer !== 'function') return JSON.stringify(answer);
      try {
        return JSON.stringify(answer(JSON.parse(payload)));
      } catch (error) {
        // The words in which hosts tell a policy of a failed capability.
        throw new Error(`Callback evaluation failure: ${errorMessage(error)}`, { cause: error });
      }
    },
  };
}

/** A host that keeps what it is asked, and takes the policy's log. */
export class ObservedHost {
  readonly logs: LogEntry[] = [];
  readonly hostCalls: HostCall[] = [];
  readonly host: OpenHost;

  constructor(host: OpenHost) {
    this.host = host;
  }

  /** @throws Error with the text that the policy sees */
  call(binding: string, namespace: string, operation: string, payload: string): string {
    if (binding !== 'kubewarden') throw new Error(`unknown binding: ${binding}`);
    if (namespace === 'tracing' && operation === 'log') {
      const { level, message, ...fields } = JSON.parse(payload) as { level: string; message?: string };
      this.logs.push({ level, message: message ?? '', fields });
      return '';
    }
    this.hostCalls.push({ capability: `${namespace}/${operation}`, request: JSON.parse(payload) });
    return this.host.call(namespace, operation, payload);
  }
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
