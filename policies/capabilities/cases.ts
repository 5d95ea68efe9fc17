import { admissionRequest, type PolicyCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { creationOf, workload, workloadKinds } from '../testing/workloads.ts';

/** A container with what its security context says of capabilities. */
const container = (capabilities: object, others: object = {}): object => ({
  name: 'a',
  image: 'busybox',
  securityContext: { ...others, capabilities },
});
const adding = (...add: string[]): object => container({ add });
const silent = { name: 'b', image: 'busybox' };

const accepted = { accepted: true } as const;
const rejected = (names: string): { accepted: false; message: string } => ({
  accepted: false,
  message: `PSP capabilities policies doesn't allow these capabilities to be added: ${names}`,
});
const rejectedDrop = (names: string): { accepted: false; message: string } => ({
  accepted: false,
  message:
    "PSP capabilities policies doesn't allow these capabilities to be added " +
    `because they are on the \`required_drop_capabilities\` list: ${names}`,
});

const allowing = (...names: string[]): object => ({ allowed_capabilities: names });
const mutating = {
  allowed_capabilities: ['CHOWN', 'KILL'],
  required_drop_capabilities: ['NET_ADMIN'],
  default_add_capabilities: ['CHOWN'],
};

/** Two containers as the examples of the original have them: `KILL` is allowed, `BPF` is not. */
const killing = creationOf({ containers: [adding('CHOWN', 'KILL')] });
const tracing = creationOf({ containers: [adding('BPF')] });

const cases: PolicyCase[] = [
  ...workloadKinds.flatMap((kind): PolicyCase[] => [
    {
      name: `${kind} that adds nothing`,
      request: creationOf({ containers: [silent], initContainers: [container({ drop: ['ALL'] })] }, kind),
      expected: accepted,
    },
    {
      name: `${kind} with a container that adds a capability`,
      request: creationOf({ containers: [silent, adding('NET_ADMIN')] }, kind),
      expected: rejected('{"NET_ADMIN"}'),
    },
    {
      name: `${kind} with an init container that adds a capability`,
      request: creationOf({ containers: [silent], initContainers: [adding('NET_ADMIN')] }, kind),
      settings: allowing('CHOWN'),
      expected: rejected('{"NET_ADMIN"}'),
    },
    {
      name: `${kind} that is completed`,
      request: creationOf({ containers: [silent, adding('KILL')], initContainers: [silent] }, kind),
      settings: mutating,
      expected: {
        accepted: true,
        mutatedObject: workload(kind, {
          containers: [
            { ...silent, securityContext: { capabilities: { add: ['CHOWN'], drop: ['NET_ADMIN'] } } },
            container({ add: ['KILL', 'CHOWN'], drop: ['NET_ADMIN'] }),
          ],
          initContainers: [
            { ...silent, securityContext: { capabilities: { add: ['CHOWN'], drop: ['NET_ADMIN'] } } },
          ],
        }),
      },
    },
  ]),
  { name: 'original: * allows KILL', request: killing, settings: allowing('*'), expected: accepted },
  { name: 'original: * allows BPF', request: tracing, settings: allowing('*'), expected: accepted },
  {
    name: 'original: * does not allow what is required to be dropped',
    request: tracing,
    settings: { allowed_capabilities: ['*'], required_drop_capabilities: ['BPF'] },
    expected: rejectedDrop('{"BPF"}'),
  },
  {
    name: 'original: what is required to be dropped is not allowed',
    request: creationOf({ containers: [adding('NET_ADMIN')] }),
    settings: { required_drop_capabilities: ['NET_ADMIN'] },
    expected: rejected('{"NET_ADMIN"}'),
  },
  {
    name: 'original: allowed capabilities',
    request: killing,
    settings: allowing('CHOWN', 'KILL'),
    expected: accepted,
  },
  {
    name: 'original: other capabilities',
    request: tracing,
    settings: allowing('CHOWN', 'KILL'),
    expected: rejected('{"BPF"}'),
  },
  ...['Pod', 'Deployment'].map((kind): PolicyCase => ({
    name: `original: a ${kind} is completed`,
    request: creationOf({ containers: [adding('KILL')] }, kind),
    settings: mutating,
    expected: {
      accepted: true,
      mutatedObject: workload(kind, {
        containers: [container({ add: ['KILL', 'CHOWN'], drop: ['NET_ADMIN'] })],
      }),
    },
  })),
  {
    name: 'all that are not allowed, once each',
    request: creationOf({
      containers: [adding('SYS_TIME', 'KILL'), adding('NET_ADMIN')],
      initContainers: [adding('SYS_TIME')],
      ephemeralContainers: [adding('SYS_PTRACE')],
    }),
    settings: allowing('KILL'),
    expected: rejected('{"NET_ADMIN", "SYS_PTRACE", "SYS_TIME"}'),
  },
  {
    name: 'an ephemeral container that adds what is required to be dropped',
    request: creationOf({ containers: [silent], ephemeralContainers: [adding('SYS_PTRACE')] }),
    settings: { allowed_capabilities: ['*'], required_drop_capabilities: ['SYS_PTRACE'] },
    expected: rejectedDrop('{"SYS_PTRACE"}'),
  },
  {
    name: 'ALL is a capability that must be allowed',
    request: creationOf({ containers: [adding('ALL')] }),
    settings: allowing('NET_ADMIN'),
    expected: rejected('{"ALL"}'),
  },
  {
    name: 'another spelling is not allowed',
    request: creationOf({ containers: [adding('chown', 'CAP_CHOWN')] }),
    settings: allowing('CHOWN'),
    expected: rejected('{"CAP_CHOWN", "chown"}'),
  },
  {
    name: 'another spelling does not hide what is required to be dropped',
    request: creationOf({ containers: [adding('net_admin', 'CAP_BPF', 'KILL')] }),
    settings: { allowed_capabilities: ['*'], required_drop_capabilities: ['NET_ADMIN', 'BPF'] },
    expected: rejectedDrop('{"CAP_BPF", "net_admin"}'),
  },
  {
    name: 'nothing is lacking',
    request: creationOf({
      containers: [container({ add: ['NET_ADMIN', 'SYS_TIME'], drop: ['SYS_PTRACE'] })],
    }),
    settings: {
      allowed_capabilities: ['NET_ADMIN', 'SYS_TIME', 'KILL'],
      required_drop_capabilities: ['SYS_PTRACE'],
      default_add_capabilities: ['SYS_TIME', 'NET_ADMIN'],
    },
    expected: accepted,
  },
  {
    name: 'only what is lacking is written, and the rest of the security context stays',
    request: creationOf({
      containers: [
        container({ drop: ['AUDIT_CONTROL'] }, { allowPrivilegeEscalation: false, runAsUser: 1000 }),
        container({ drop: ['BPF'] }, { privileged: false }),
        { name: 'c', securityContext: { runAsUser: 1000 } },
      ],
    }),
    settings: { required_drop_capabilities: ['BPF'] },
    expected: {
      accepted: true,
      mutatedObject: workload('Pod', {
        containers: [
          container({ drop: ['AUDIT_CONTROL', 'BPF'] }, { allowPrivilegeEscalation: false, runAsUser: 1000 }),
          container({ drop: ['BPF'] }, { privileged: false }),
          { name: 'c', securityContext: { runAsUser: 1000, capabilities: { drop: ['BPF'] } } },
        ],
      }),
    },
  },
  {
    name: 'settings that name a capability twice',
    request: creationOf({ containers: [silent] }),
    settings: { required_drop_capabilities: ['BPF', 'BPF'] },
    expected: {
      accepted: true,
      mutatedObject: workload('Pod', {
        containers: [{ ...silent, securityContext: { capabilities: { drop: ['BPF'] } } }],
      }),
    },
  },
  {
    name: 'what is not allowed is rejected, not completed',
    request: tracing,
    settings: mutating,
    expected: rejected('{"BPF"}'),
  },
  {
    name: 'ephemeral containers are not completed',
    request: creationOf({ containers: [], ephemeralContainers: [silent] }),
    settings: mutating,
    expected: accepted,
  },
  {
    name: 'capabilities that are null',
    request: creationOf({ containers: [container({ add: null, drop: null }), { securityContext: null }] }),
    expected: accepted,
  },
  {
    name: 'capabilities without shape',
    request: creationOf({ containers: [container({ add: 'KILL' })] }),
    settings: allowing('*'),
    expected: { accepted: false, message: 'the capabilities of container a must be a list of strings' },
  },
  {
    name: 'a Deployment without pod spec',
    request: admissionRequest({
      object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } },
    }),
    settings: mutating,
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
    { name: 'all three lists', settings: mutating, valid: true },
    {
      name: '* allows what is added by default',
      settings: { allowed_capabilities: ['*'], default_add_capabilities: ['KILL'] },
      valid: true,
    },
    { name: 'fields that nobody knows', settings: { something: 'else' }, valid: true },
    {
      name: 'allowed and required to be dropped',
      settings: { allowed_capabilities: ['KILL', 'BPF'], required_drop_capabilities: ['BPF', 'KILL'] },
      valid: false,
      message:
        'These capabilities cannot be allowed because they are also required to be dropped: {"BPF", "KILL"}',
    },
    {
      name: 'added by default and required to be dropped',
      settings: {
        allowed_capabilities: ['*'],
        required_drop_capabilities: ['KILL'],
        default_add_capabilities: ['NET_ADMIN', 'KILL'],
      },
      valid: false,
      message:
        'These capabilities cannot be added by default because they are also required to be dropped: {"KILL"}',
    },
    {
      name: 'added by default and not allowed',
      settings: {
        allowed_capabilities: ['SYS_TIME', 'KILL'],
        default_add_capabilities: ['NET_ADMIN', 'KILL'],
      },
      valid: false,
      message: 'These capabilities cannot be added by default because they are not allowed: {"NET_ADMIN"}',
    },
    {
      name: 'lists of other types',
      settings: { allowed_capabilities: '*', required_drop_capabilities: [1] },
      valid: false,
      message: 'allowed_capabilities: must be a list; required_drop_capabilities[0]: must be a string',
    },
  ],
};

export default tables;
