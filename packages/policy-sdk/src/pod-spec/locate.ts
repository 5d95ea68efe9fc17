import type { AdmissionRequest } from '../request/admission-request.ts';
import { RequestError } from '../request/error.ts';
import { isObject, objectMember, type JsonObject } from '../request/shape.ts';
import type { PodSpec } from './pod-spec.ts';

interface Workload {
  /** The API groups of the kind. An empty one is understood everywhere: examples tend to leave the group out. */
  readonly groups: readonly string[];
  /** Where the kind keeps what has the pod's `spec`. */
  readonly path: readonly string[];
}

const template = ['spec', 'template'];
const controller: Workload = { groups: ['', 'apps', 'extensions'], path: template };

/** All kinds that have a pod spec, in the order in which messages list them. */
const workloads: ReadonlyMap<string, Workload> = new Map([
  ['Deployment', controller],
  ['ReplicaSet', controller],
  ['StatefulSet', controller],
  ['DaemonSet', controller],
  ['ReplicationController', { groups: [''], path: template }],
  ['Job', { groups: ['', 'batch'], path: template }],
  ['CronJob', { groups: ['', 'batch'], path: ['spec', 'jobTemplate', 'spec', 'template'] }],
  ['Pod', { groups: [''], path: [] }],
]);

/** What is said of a kind without pod spec; the same in all SDKs. */
const unsupportedKind = `Object should be one of these kinds: ${[...workloads.keys()].join(', ')}`;

/** The kind of a request has no pod spec. */
export class UnsupportedKindError extends RequestError {
  constructor() {
    super(unsupportedKind);
  }
}

/** A pod spec and the part of the object that holds it. */
export interface LocatedPodSpec {
  readonly holder: JsonObject;
  readonly podSpec: PodSpec;
}

/**
 * Finds the pod spec in the object of a request.
 *
 * @returns undefined if the object has none
 * @throws UnsupportedKindError if the kind is not a workload
 * @throws RequestError if there is no object, or something on the way to the containers has the wrong shape
 */
export function locatePodSpec({ kind, object }: AdmissionRequest<unknown>): LocatedPodSpec | undefined {
  const workload = workloads.get(kind.kind);
  if (!workload?.groups.includes(kind.group)) throw new UnsupportedKindError();
  if (!isObject(object)) throw new RequestError(`request.object must be a ${kind.kind}`);
  let holder = object;
  let path = 'request.object';
  for (const name of workload.path) {
    path += `.${name}`;
    const next = objectMember(holder, name, path);
    if (next === undefined) return undefined;
    holder = next;
  }
  path += '.spec';
  const podSpec = objectMember(holder, 'spec', path);
  if (podSpec === undefined) return undefined;
  for (const name of ['containers', 'initContainers', 'ephemeralContainers']) {
    const containers = podSpec[name] ?? [];
    if (!Array.isArray(containers) || !containers.every(isObject)) {
      throw new RequestError(`${path}.${name} must be a list of objects`);
    }
  }
  return { holder, podSpec };
}
