import type { KubernetesObject } from '../kubernetes/resources.ts';
import type { AdmissionRequest } from '../request/admission-request.ts';
import { ObservedHost, openHost, type TestHost } from './host.ts';
import { checkSettingsOfModule, evaluateModule } from './module.ts';
import { checkSettingsOfSource, evaluateSource } from './source.ts';
import type { PolicyUnderTest, SettingsVerdict } from './subject.ts';
import type { Verdict } from './verdict.ts';

/** What a policy is tested with. */
export interface Evaluation<Request> {
  /** An admission request; for a raw policy, any JSON value. */
  readonly request: Request;
  /** Default: none. */
  readonly settings?: unknown;
  /** Default: one that has no answers. */
  readonly host?: TestHost;
}

/** The type of the object that a request is about. */
type ObjectOf<Request> = Request extends AdmissionRequest<infer T> ? T : KubernetesObject;

/**
 * Evaluates a policy, as it is written or compiled: what is given for `policy` is all that changes.
 *
 * Request, settings and verdict are JSON on their way, so the policy cannot change what the test holds.
 *
 * @param policy - the default export of the policy's file, or path, URL or bytes of a compiled module, which needs
 * `@kubewarden/evaluator`
 * @throws whatever a policy as it is written throws, with its stack
 * @throws PolicyFailure if a compiled policy fails
 *
 * @example
 * ```ts
 * import { accept, definePolicy, reject } from '@kubewarden/policy-sdk';
 * import { get } from '@kubewarden/policy-sdk/host/kubernetes';
 * import { admissionRequest, testPolicy } from '@kubewarden/policy-sdk/testing';
 *
 * const policy = definePolicy<{ denied: string }>({
 *   validate({ namespace = 'default' }, { denied }) {
 *     const { metadata } = get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
 *     return metadata?.labels?.[denied] === undefined ? accept() : reject({ message: `${denied} is denied` });
 *   },
 * });
 *
 * const verdict = await testPolicy(policy, {
 *   request: admissionRequest({ namespace: 'shop' }),
 *   settings: { denied: 'frozen' },
 *   host: { 'kubernetes/get_resource': ({ name }) => ({ metadata: { name, labels: { frozen: 'yes' } } }) },
 * });
 * verdict.accepted; // => false
 * verdict.message; // => 'frozen is denied'
 * ```
 */
export async function testPolicy<Request>(
  policy: PolicyUnderTest,
  evaluation: Evaluation<Request>,
): Promise<Verdict<ObjectOf<Request>>> {
  const { request, settings = {} } = evaluation;
  const host = new ObservedHost(await openHost(evaluation.host));
  const review = { request, settings };
  const result = isModule(policy)
    ? await evaluateModule(policy, review, host)
    : await evaluateSource(policy, review, host);
  return {
    // What a policy makes of an object is an object of the same type, or the test will notice.
    ...(result as Verdict<ObjectOf<Request>>),
    logs: host.logs,
    hostCalls: host.hostCalls,
    unusedExchanges: host.host.unusedExchanges(),
  };
}

/**
 * Asks a policy, as it is written or compiled, what it thinks of settings.
 *
 * @param policy - as for {@link testPolicy}
 * @param host - for a policy that asks its host about settings; default: one that has no answers
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { testSettings } from '@kubewarden/policy-sdk/testing';
 * import * as v from 'valibot';
 *
 * const policy = definePolicy({ settings: v.object({ limit: v.number() }), validate: () => accept() });
 * await testSettings(policy, { limit: 3 }); // => { valid: true }
 * (await testSettings(policy, { limit: '3' })).valid; // => false
 * ```
 */
export async function testSettings(
  policy: PolicyUnderTest,
  settings: unknown,
  host?: TestHost,
): Promise<SettingsVerdict> {
  const observed = new ObservedHost(await openHost(host));
  return isModule(policy)
    ? checkSettingsOfModule(policy, settings, observed)
    : checkSettingsOfSource(policy, settings, observed);
}

function isModule(policy: PolicyUnderTest): policy is string | URL | Uint8Array {
  return typeof policy === 'string' || policy instanceof URL || policy instanceof Uint8Array;
}
