import { readFile } from 'node:fs/promises';
import type { HostGate, HostRequest } from '@kubewarden/evaluator';
import { loadEngine } from './evaluator.ts';
import { errorMessage, HostSession, type OpenHost } from './host.ts';

/**
 * A host that answers from a session which `kwctl run --record-host-capabilities-interactions` has recorded: first
 * in, first out, and an error for a request that is not the recorded one. Each evaluation begins at the start.
 *
 * Needs `@kubewarden/evaluator`.
 *
 * @param file - path or URL of the YAML file
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { lookupHost } from '@kubewarden/policy-sdk/host/net';
 * import { admissionRequest, recordedSession, testPolicy } from '@kubewarden/policy-sdk/testing';
 * import { writeFile } from 'node:fs/promises';
 *
 * await writeFile(
 *   'dns.session.yml',
 *   `
 * - type: Exchange
 *   request: |
 *     !DNSLookupHost
 *     host: kubewarden.io
 *   response:
 *     type: Success
 *     payload: '{"ips":["192.0.2.1"]}'
 * `,
 * );
 *
 * const policy = definePolicy({ validate: () => accept({ warnings: lookupHost('kubewarden.io') }) });
 * const host = recordedSession('dns.session.yml');
 * const { warnings } = await testPolicy(policy, { request: admissionRequest(), host });
 * warnings; // => ['192.0.2.1']
 * ```
 */
export function recordedSession(file: string | URL): HostSession {
  return new RecordedSession(file);
}

class RecordedSession extends HostSession {
  readonly #file: string | URL;

  constructor(file: string | URL) {
    super();
    this.#file = file;
  }

  async open(): Promise<OpenHost> {
    const { evaluator, transcript } = await loadEngine();
    const text = await readFile(this.#file, 'utf8');
    let replay: ReturnType<typeof transcript.replayExchanges>;
    try {
      replay = transcript.replayExchanges(transcript.parseTranscript(text));
    } catch (cause) {
      throw new Error(`${String(this.#file)}: ${errorMessage(cause)}`, { cause });
    }
    /** What may be read is decided where the policy is deployed; a session is read as it is. */
    const gateFor = (request: unknown): HostGate => {
      const { api_version: apiVersion, kind } = Object(request) as Record<string, unknown>;
      const contextAwareResources = [{ apiVersion: String(apiVersion), kind: String(kind) }];
      const hostCapabilities = evaluator.parseHostCapabilities(['*']);
      const permissions = { policyId: 'test', hostCapabilities, contextAwareResources };
      return evaluator.createHostGate(permissions, replay.answer, () => undefined);
    };
    return {
      unusedExchanges: () => replay.leftovers().length,
      fetch: (request) => gateFor(request).fetch(request as HostRequest),
      call(namespace, operation, payload) {
        const gate = gateFor(JSON.parse(payload));
        const answer = gate.call('kubewarden', namespace, operation, new TextEncoder().encode(payload));
        // Replays are at hand.
        return new TextDecoder().decode(answer as Uint8Array);
      },
    };
  }
}
