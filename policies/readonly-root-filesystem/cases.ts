import { admissionRequest, type PolicyCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { creationOf, workloadKinds } from '../testing/workloads.ts';

const readonly = { name: 'a', image: 'nginx', securityContext: { readOnlyRootFilesystem: true } };
const writable = { name: 'b', image: 'nginx', securityContext: { readOnlyRootFilesystem: false } };
const silent = { name: 'c', image: 'nginx' };
const undecided = { name: 'd', image: 'nginx', securityContext: { runAsUser: 1000 } };

const accepted = { accepted: true } as const;
const rejected = (kind: string): { accepted: false; message: string } => ({
  accepted: false,
  message: `One of the ${kind}containers does not have readOnlyRootFilesystem enabled`,
});

const cases: PolicyCase[] = [
  ...workloadKinds.flatMap((kind): PolicyCase[] => [
    {
      name: `${kind} that is readonly`,
      request: creationOf({ containers: [readonly, readonly], initContainers: [readonly] }, kind),
      expected: accepted,
    },
    {
      name: `${kind} with a writable container`,
      request: creationOf({ containers: [readonly, writable] }, kind),
      expected: rejected(''),
    },
    {
      name: `${kind} with a writable init container`,
      request: creationOf({ containers: [readonly], initContainers: [readonly, writable] }, kind),
      expected: rejected('init '),
    },
  ]),
  {
    name: 'original: a second container without security context',
    request: creationOf({ containers: [readonly, silent] }),
    expected: rejected(''),
  },
  {
    name: 'a security context that says nothing of the filesystem',
    request: creationOf({ containers: [undecided] }),
    expected: rejected(''),
  },
  {
    name: 'an init container without security context',
    request: creationOf({ containers: [readonly], initContainers: [silent] }),
    expected: rejected('init '),
  },
  {
    name: 'writable init containers and containers',
    request: creationOf({ containers: [writable], initContainers: [silent] }),
    expected: {
      accepted: false,
      message:
        'One of the init containers does not have readOnlyRootFilesystem enabled, ' +
        'One of the containers does not have readOnlyRootFilesystem enabled',
    },
  },
  {
    name: 'the security context of the pod has no say',
    request: creationOf({ containers: [silent], securityContext: { readOnlyRootFilesystem: true } }),
    expected: rejected(''),
  },
  {
    name: 'a truth that is no boolean',
    request: creationOf({ containers: [{ name: 'a', securityContext: { readOnlyRootFilesystem: 'true' } }] }),
    expected: rejected(''),
  },
  {
    name: 'ephemeral containers may write',
    request: creationOf({ containers: [readonly], ephemeralContainers: [silent, writable] }),
    expected: accepted,
  },
  {
    name: 'a Pod without containers',
    request: creationOf({}),
    expected: accepted,
  },
  {
    name: 'a Deployment without pod spec',
    request: admissionRequest({
      object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } },
    }),
    expected: accepted,
  },
  {
    name: 'an object that is no workload',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Service', spec: {} } }),
    expected: { accepted: false, message: /^Object should be one of these kinds: / },
  },
  {
    name: 'an object without shape',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Pod', spec: { containers: 'nginx' } } }),
    expected: { accepted: false, message: 'request.object.spec.containers must be a list of objects' },
  },
];

const tables: PolicyTables = {
  cases,
  settings: [
    { name: 'none', settings: {}, valid: true },
    { name: 'fields that nobody knows', settings: { something: 'else' }, valid: true },
  ],
};

export default tables;
