import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { Policy } from '../define-policy.ts';
import { isObject } from '../request/shape.ts';
import type { ObservedHost } from './host.ts';
import { isAdmissionRequest } from './requests.ts';
import type { EvaluationResult, SettingsVerdict } from './subject.ts';

const currentHost = new AsyncLocalStorage<ObservedHost>();

/** Evaluations may run at the same time, each with its own host behind the one global of the compiler's runtime. */
function installHostCall(): void {
  Object.assign(globalThis, {
    __kw_host_call(binding: string, namespace: string, operation: string, payload: string): string {
      const host = currentHost.getStore();
      if (host === undefined) throw new Error('the host is only there while testPolicy evaluates');
      return host.call(binding, namespace, operation, payload);
    },
  });
}

/**
 * Runs a policy as it is written, without compiling it.
 *
 * @param review - `{ request, settings }`
 * @throws whatever the policy throws
 */
export async function evaluateSource(
  policy: Policy,
  review: { readonly request: unknown; readonly settings: unknown },
  host: ObservedHost,
): Promise<EvaluationResult> {
  installHostCall();
  const payload = JSON.stringify(review);
  const answer = await currentHost.run(host, async () => policy.validate(payload));
  const response = JSON.parse(answer) as Record<string, unknown>;
  const { request } = JSON.parse(payload) as { request: unknown };
  const original = isAdmissionRequest(request) ? request.object : request;
  const { mutated_object: mutatedObject, audit_annotations: auditAnnotations, ...verdict } = response;
  const changed = mutatedObject !== undefined && !isDeepStrictEqual(mutatedObject, original);
  return {
    ...(verdict as Pick<EvaluationResult, 'accepted' | 'message' | 'code' | 'warnings'>),
    ...(changed && { mutatedObject }),
    ...(isObject(auditAnnotations) && { auditAnnotations: auditAnnotations as Record<string, string> }),
  };
}

/** Checks settings with a policy as it is written. */
export async function checkSettingsOfSource(
  policy: Policy,
  settings: unknown,
  host: ObservedHost,
): Promise<SettingsVerdict> {
  installHostCall();
  const payload = JSON.stringify(settings);
  return JSON.parse(
    await currentHost.run(host, async () => policy.validateSettings(payload)),
  ) as SettingsVerdict;
}
