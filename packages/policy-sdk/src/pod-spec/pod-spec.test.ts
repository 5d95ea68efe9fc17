import { describe, expect, it } from 'vitest';
import {
  allContainers,
  containerLists,
  extractPodSpec,
  mutatePodSpec,
  type AdmissionRequest,
} from '../index.ts';

const kinds =
  'Object should be one of these kinds: ' +
  'Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod';

const template = (spec: unknown): object => ({ spec: { template: { spec } } });

/** Kind, API group, and an object around a pod spec. */
const workloads: readonly (readonly [string, string, (spec: unknown) => object])[] = [
  ['Pod', '', (spec) => ({ spec })],
  ['Deployment', 'apps', template],
  ['ReplicaSet', 'apps', template],
  ['StatefulSet', 'apps', template],
  ['DaemonSet', 'apps', template],
  ['ReplicationController', '', template],
  ['Job', 'batch', template],
  ['CronJob', 'batch', (spec) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } })],
];

function request(kind: string, group: string, object?: unknown): AdmissionRequest {
  return { kind: { group, version: 'v1', kind }, object } as AdmissionRequest;
}

describe.each(workloads)('the pod spec of a %s', (kind, group, around) => {
  it('is found', () => {
    const spec = { containers: [{ name: 'nginx' }], unknown: 1 };
    expect(extractPodSpec(request(kind, group, around(spec)))).toBe(spec);
  });

  it('is found when an example leaves the group out, and not in the group of somebody else', () => {
    expect(extractPodSpec(request(kind, '', around({})))).toEqual({});
    expect(() => extractPodSpec(request(kind, 'example.com', around({})))).toThrow(kinds);
  });

  it('is absent when the way to it is', () => {
    for (const object of [{}, { spec: undefined }, { spec: null }, around(undefined), around(null)]) {
      expect(extractPodSpec(request(kind, group, object))).toBeUndefined();
      expect(mutatePodSpec(request(kind, group, object), () => expect.fail())).toEqual({ accepted: true });
    }
  });

  it('is changed in place, and nothing else', () => {
    const object = { metadata: { name: 'a' }, status: {}, ...around({ hostPID: true, unknown: 1 }) };
    const verdict = mutatePodSpec(request(kind, group, object), (podSpec) => {
      podSpec.hostPID = false;
    });
    expect(verdict).toEqual({
      accepted: true,
      mutatedObject: { metadata: { name: 'a' }, status: {}, ...around({ hostPID: false, unknown: 1 }) },
    });
  });

  it('is replaced', () => {
    const verdict = mutatePodSpec(request(kind, group, around({ hostPID: true })), () => ({ hostIPC: true }));
    expect(verdict).toEqual({ accepted: true, mutatedObject: around({ hostIPC: true }) });
  });

  it('is not taken from an object of another shape', () => {
    for (const object of [undefined, null, 'text', [], { spec: 1 }, around([]), around('text')]) {
      expect(() => extractPodSpec(request(kind, group, object))).toThrow(/^request\.object.* must be/);
    }
    for (const containers of [{}, 'text', [1], [null], [[]]]) {
      for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
        expect(() => extractPodSpec(request(kind, group, around({ [list]: containers })))).toThrow(
          `spec.${list} must be a list of objects`,
        );
      }
    }
  });
});

describe('a kind without pod spec', () => {
  it.each(['Service', 'toString', '', 'pod'])(
    'is an error to extract from, and rejected when mutated: %j',
    (kind) => {
      expect(() => extractPodSpec(request(kind, '', {}))).toThrow(kinds);
      expect(mutatePodSpec(request(kind, '', {}), () => expect.fail())).toEqual({
        accepted: false,
        message: kinds,
      });
    },
  );

  it('is the only thing that a mutation rejects: another shape is an error', () => {
    expect(() => mutatePodSpec(request('Pod', '', { spec: 1 }), () => expect.fail())).toThrow(
      'must be an object',
    );
  });
});

describe('the containers of a pod', () => {
  const podSpec = {
    containers: [{ name: 'a' }, { name: 'b' }],
    initContainers: [{ name: 'init' }],
    ephemeralContainers: [{ name: 'debug' }],
  };

  it('are all of them', () => {
    expect(allContainers(podSpec).map(({ name }) => name)).toEqual(['init', 'a', 'b', 'debug']);
    expect(containerLists(podSpec)).toEqual(podSpec);
  });

  it('may be none', () => {
    expect(allContainers({})).toEqual([]);
    expect(allContainers({ containers: null } as never)).toEqual([]);
    expect(containerLists({})).toEqual({ containers: [], initContainers: [], ephemeralContainers: [] });
  });
});
