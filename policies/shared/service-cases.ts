import type { KubernetesObject } from '@kubewarden/policy-sdk';
import { admissionRequest, type PolicyCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';

const service = (spec: unknown): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'nginx', namespace: 'shop' },
  spec,
});

const ports = [{ port: 80, protocol: 'TCP', targetPort: 7878, nodePort: 30080 }];
const accepted = { accepted: true } as const;

/** What a policy must show that forbids one type of Services. */
export function serviceTables(forbidden: 'LoadBalancer' | 'NodePort'): PolicyTables {
  const rejected = { accepted: false, message: `Service of type ${forbidden} are not allowed` };
  const types = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'];
  return {
    cases: [
      ...types.flatMap((type): PolicyCase[] => {
        const expected = type === forbidden ? rejected : accepted;
        const isOriginal = type === forbidden || type === 'ClusterIP';
        return [
          {
            name: `${isOriginal ? 'original: ' : ''}a Service of type ${type}`,
            request: admissionRequest({ object: service({ type, ports, selector: { app: 'nginx' } }) }),
            expected,
          },
          {
            name: `an update to the type ${type}`,
            request: admissionRequest({
              operation: 'UPDATE',
              object: service({ type, ports }),
              oldObject: service({ type: 'ClusterIP', ports }),
            }),
            expected,
          },
          {
            name: `an update from the type ${type}`,
            request: admissionRequest({
              operation: 'UPDATE',
              object: service({ type: 'ClusterIP', ports }),
              oldObject: service({ type, ports }),
            }),
            expected: accepted,
          },
        ];
      }),
      ...[{ ports }, {}, null, undefined, 'all', { type: null }, { type: [forbidden] }].map(
        (spec): PolicyCase => ({
          name: `a Service without type: ${JSON.stringify(spec)}`,
          request: admissionRequest({ object: service(spec) }),
          expected: accepted,
        }),
      ),
      {
        name: 'types are told by their case',
        request: admissionRequest({ object: service({ type: forbidden.toLowerCase(), ports }) }),
        expected: accepted,
      },
      {
        name: 'a deletion',
        request: admissionRequest({ operation: 'DELETE', oldObject: service({ type: forbidden, ports }) }),
        expected: accepted,
      },
      {
        name: 'settings change nothing',
        request: admissionRequest({ object: service({ type: forbidden, ports }) }),
        settings: { allowed: [forbidden] },
        expected: rejected,
      },
    ],
    settings: [
      { name: 'none', settings: {}, valid: true },
      { name: 'fields that nobody knows', settings: { something: 'else' }, valid: true },
    ],
  };
}
