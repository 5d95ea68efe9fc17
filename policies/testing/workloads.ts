import type { AdmissionRequest, KubernetesObject } from '@kubewarden/policy-sdk';
import { admissionRequest } from '@kubewarden/policy-sdk/testing';

const template = (spec: object): object => ({ template: { metadata: { labels: { app: 'web' } }, spec } });

/** `apiVersion` of each kind of workload, and the `spec` of one around a pod spec. */
const workloads: Readonly<Record<string, readonly [apiVersion: string, spec: (podSpec: object) => object]>> =
  {
    Pod: ['v1', (podSpec) => podSpec],
    ReplicationController: ['v1', template],
    Deployment: ['apps/v1', template],
    ReplicaSet: ['apps/v1', template],
    StatefulSet: ['apps/v1', template],
    DaemonSet: ['apps/v1', template],
    Job: ['batch/v1', template],
    CronJob: ['batch/v1', (podSpec) => ({ schedule: '@daily', jobTemplate: { spec: template(podSpec) } })],
  };

/** The kinds of workloads that policies are asked about. */
export const workloadKinds: readonly string[] = Object.keys(workloads);

/**
 * The object of a workload around a pod spec.
 *
 * @param kind - one of {@link workloadKinds}
 */
export function workload(kind: string, podSpec: object): KubernetesObject {
  const [apiVersion, spec] = workloads[kind]!;
  return { apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec: spec(podSpec) };
}

/** The creation of a workload around a pod spec; of a Pod, unless said otherwise. */
export function creationOf(podSpec: object, kind = 'Pod'): AdmissionRequest {
  return admissionRequest({ object: workload(kind, podSpec) });
}

/**
 * The name of a case of each kind of workload, some of which are cases of the original policy, too.
 *
 * @param originals - the kinds that the original policy has the case of
 */
export function caseOf(kind: string, what: string, ...originals: string[]): string {
  return `${originals.includes(kind) ? 'original: ' : ''}${kind} ${what}`;
}
