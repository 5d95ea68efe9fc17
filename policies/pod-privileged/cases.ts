import { admissionRequest, type PolicyCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { caseOf, creationOf, workloadKinds } from '../testing/workloads.ts';

const privileged = { name: 'a', image: 'nginx', securityContext: { privileged: true } };
const unprivileged = { name: 'b', image: 'nginx', securityContext: { privileged: false } };
const silent = { name: 'c', image: 'nginx' };
const undecided = { name: 'd', image: 'nginx', securityContext: { runAsUser: 1000 } };

const skipBoth = { skip_init_containers: true, skip_ephemeral_containers: true };
const accepted = { accepted: true } as const;
const rejected = (kind: string): { accepted: false; message: string } => ({
  accepted: false,
  message: `Privileged ${kind}container is not allowed`,
});

const cases: PolicyCase[] = [
  ...workloadKinds.flatMap((kind): PolicyCase[] => [
    {
      name: caseOf(kind, 'without privileged containers', 'Pod'),
      request: creationOf({ containers: [unprivileged, silent, undecided] }, kind),
      expected: accepted,
    },
    {
      name: caseOf(kind, 'with a privileged container', 'Pod', 'Deployment', 'StatefulSet'),
      request: creationOf({ containers: [silent, privileged] }, kind),
      expected: rejected(''),
    },
    {
      name: `${kind} with a privileged init container`,
      request: creationOf({ containers: [silent], initContainers: [silent, privileged] }, kind),
      expected: rejected('init '),
    },
    {
      name: `${kind} with a privileged ephemeral container`,
      request: creationOf({ containers: [silent], ephemeralContainers: [silent, privileged] }, kind),
      expected: rejected('ephemeral '),
    },
  ]),
  {
    name: 'all containers are privileged',
    request: creationOf({ containers: [privileged, privileged, privileged] }),
    expected: rejected(''),
  },
  {
    name: 'init and ephemeral containers are unprivileged',
    request: creationOf({
      containers: [silent],
      initContainers: [unprivileged, undecided],
      ephemeralContainers: [unprivileged, silent],
    }),
    expected: accepted,
  },
  {
    name: 'original: both are skipped, and an init container is privileged',
    request: creationOf({ containers: [silent, unprivileged], initContainers: [privileged] }),
    settings: skipBoth,
    expected: accepted,
  },
  {
    name: 'original: both are skipped, and an ephemeral container is privileged',
    request: creationOf({ containers: [silent, unprivileged], ephemeralContainers: [privileged] }),
    settings: skipBoth,
    expected: accepted,
  },
  {
    name: 'privileged init containers are skipped',
    request: creationOf({ containers: [silent], initContainers: [privileged] }),
    settings: { skip_init_containers: true },
    expected: accepted,
  },
  {
    name: 'privileged ephemeral containers are skipped',
    request: creationOf({ containers: [silent], ephemeralContainers: [privileged] }),
    settings: { skip_ephemeral_containers: true },
    expected: accepted,
  },
  {
    name: 'skipping init containers says nothing of ephemeral ones',
    request: creationOf({ containers: [silent], ephemeralContainers: [privileged] }),
    settings: { skip_init_containers: true },
    expected: rejected('ephemeral '),
  },
  {
    name: 'skipping ephemeral containers says nothing of init containers',
    request: creationOf({ containers: [silent], initContainers: [privileged] }),
    settings: { skip_ephemeral_containers: true },
    expected: rejected('init '),
  },
  {
    name: 'containers themselves are never skipped',
    request: creationOf({ containers: [privileged] }),
    settings: skipBoth,
    expected: rejected(''),
  },
  {
    name: 'a Pod without containers',
    request: creationOf({}),
    expected: accepted,
  },
  {
    name: 'lists of containers that are null',
    request: creationOf({ containers: null, initContainers: null, ephemeralContainers: null }),
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
    { name: 'both flags', settings: skipBoth, valid: true },
    { name: 'flags that are off', settings: { skip_init_containers: false }, valid: true },
    { name: 'fields that nobody knows', settings: { something: 'else' }, valid: true },
    {
      name: 'flags that are no booleans',
      settings: { skip_init_containers: 'yes', skip_ephemeral_containers: null },
      valid: false,
      message: 'skip_init_containers: must be a boolean; skip_ephemeral_containers: must be a boolean',
    },
  ],
};

export default tables;
