import type { AdmissionRequest } from '../request/admission-request.ts';
import { locatePodSpec } from './locate.ts';
import type { PodSpec } from './pod-spec.ts';

/**
 * The pod spec of a workload: Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob or
 * Pod. It is that of the request's object itself, not a copy.
 *
 * @returns undefined if the object has none
 * @throws RequestError if the request is about another kind or has no object, or if the way to the pod spec or its
 * lists of containers have the wrong shape; not caught, it rejects the request with its message
 *
 * @example
 * ```ts
 * import { accept, definePolicy, extractPodSpec, reject } from '@kubewarden/policy-sdk';
 *
 * export default definePolicy({
 *   validate(request) {
 *     const podSpec = extractPodSpec(request);
 *     return podSpec?.hostNetwork ? reject({ message: 'the network of the host is not for pods' }) : accept();
 *   },
 * });
 * ```
 */
export function extractPodSpec(request: AdmissionRequest<unknown>): PodSpec | undefined {
  return locatePodSpec(request)?.podSpec;
}
