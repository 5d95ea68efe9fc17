import { admissionRequest, type PolicyCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { caseOf, creationOf, workload, workloadKinds } from '../testing/workloads.ts';

const escalating = { name: 'a', image: 'nginx', securityContext: { allowPrivilegeEscalation: true } };
const confined = { name: 'b', image: 'nginx', securityContext: { allowPrivilegeEscalation: false } };
const silent = { name: 'c', image: 'nginx' };
const undecided = { name: 'd', image: 'nginx', securityContext: { runAsUser: 1000 } };

const silentConfined = { ...silent, securityContext: { allowPrivilegeEscalation: false } };
const undecidedConfined = {
  ...undecided,
  securityContext: { runAsUser: 1000, allowPrivilegeEscalation: false },
};

const forbidding = { default_allow_privilege_escalation: false };
const accepted = { accepted: true } as const;
const rejected = (kind: string): { accepted: false; message: string } => ({
  accepted: false,
  message: `one of the ${kind}containers has privilege escalation enabled`,
});

const cases: PolicyCase[] = [
  ...workloadKinds.flatMap((kind): PolicyCase[] => [
    {
      name: caseOf(kind, 'that says nothing', 'Pod'),
      request: creationOf({ containers: [silent, undecided] }, kind),
      expected: accepted,
    },
    {
      name: `${kind} with a container that may escalate`,
      request: creationOf({ containers: [silent, escalating] }, kind),
      expected: rejected(''),
    },
    {
      name: caseOf(kind, 'with an init container that may escalate', 'Pod'),
      request: creationOf({ containers: [silent], initContainers: [escalating] }, kind),
      expected: rejected('init '),
    },
    {
      name: `${kind} that says nothing, where the default forbids`,
      request: creationOf({ containers: [silent, confined], initContainers: [undecided] }, kind),
      settings: forbidding,
      expected: {
        accepted: true,
        mutatedObject: workload(kind, {
          containers: [silentConfined, confined],
          initContainers: [undecidedConfined],
        }),
      },
    },
  ]),
  {
    name: 'original: containers and init containers are confined',
    request: creationOf({ containers: [confined, confined], initContainers: [confined] }),
    expected: accepted,
  },
  {
    name: 'original: a container that may escalate, and settings that nobody knows',
    request: creationOf({ containers: [escalating, silent] }),
    settings: { allowPrivilegeEscalation: false },
    expected: rejected(''),
  },
  {
    name: 'an ephemeral container that may escalate',
    request: creationOf({ containers: [silent], ephemeralContainers: [escalating] }),
    expected: rejected('ephemeral '),
  },
  {
    name: 'ephemeral containers that say nothing stay as they are',
    request: creationOf({ containers: [confined], ephemeralContainers: [silent] }),
    settings: forbidding,
    expected: accepted,
  },
  {
    name: 'init containers and containers that may escalate',
    request: creationOf({ containers: [escalating], initContainers: [escalating] }),
    expected: {
      accepted: false,
      message:
        'one of the init containers has privilege escalation enabled, ' +
        'one of the containers has privilege escalation enabled',
    },
  },
  {
    name: 'a container that may escalate is rejected, not mutated, where the default forbids',
    request: creationOf({ containers: [escalating, silent] }),
    settings: forbidding,
    expected: rejected(''),
  },
  {
    name: 'confined containers need no mutation',
    request: creationOf({ containers: [confined], initContainers: [confined] }),
    settings: forbidding,
    expected: accepted,
  },
  {
    name: 'numbers and fields that nobody knows stay as they are',
    request: creationOf({ containers: [silent], future: { weight: 1.5, list: [null, 1e30] } }),
    settings: forbidding,
    expected: {
      accepted: true,
      mutatedObject: workload('Pod', {
        containers: [silentConfined],
        future: { weight: 1.5, list: [null, 1e30] },
      }),
    },
  },
  {
    name: 'a Pod without containers',
    request: creationOf({}),
    settings: forbidding,
    expected: accepted,
  },
  {
    name: 'a Deployment without pod spec',
    request: admissionRequest({
      object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } },
    }),
    settings: forbidding,
    expected: accepted,
  },
  {
    name: 'an object that is no workload',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Service', spec: {} } }),
    expected: { accepted: false, message: /^Object should be one of these kinds: / },
  },
  {
    name: 'an object without shape',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Pod', spec: { containers: ['nginx'] } } }),
    expected: { accepted: false, message: 'request.object.spec.containers must be a list of objects' },
  },
];

const tables: PolicyTables = {
  cases,
  settings: [
    { name: 'none', settings: {}, valid: true },
    { name: 'the default that forbids', settings: forbidding, valid: true },
    { name: 'fields that nobody knows', settings: { something: 'else' }, valid: true },
    {
      name: 'a default that is no boolean',
      settings: { default_allow_privilege_escalation: 'no' },
      valid: false,
      message: 'default_allow_privilege_escalation: must be a boolean',
    },
  ],
};

export default tables;
