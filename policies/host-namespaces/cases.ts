import { admissionRequest, type PolicyCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { creationOf, workloadKinds } from '../testing/workloads.ts';

const plain = { name: 'a', image: 'nginx', ports: [{ containerPort: 8080 }] };
const onHost = (hostPort: number): object => ({
  name: 'b',
  image: 'nginx',
  ports: [{ containerPort: 8080 }, { containerPort: 8443, hostPort }],
});

const namespaces = { hostIPC: true, hostNetwork: true, hostPID: true };
const allowed = { allow_host_ipc: true, allow_host_network: true, allow_host_pid: true };
const ports = {
  allow_host_ports: [
    { min: 80, max: 80 },
    { min: 8000, max: 9000 },
  ],
};

const accepted = { accepted: true } as const;
const rejected = (what: string): { accepted: false; message: string } => ({
  accepted: false,
  message: `Pod has ${what} enabled, but this is not allowed`,
});
const rejectedPorts = (kind: string): { accepted: false; message: string } => ({
  accepted: false,
  message: `Pod is using unallowed host ports in ${kind}containers`,
});

const cases: PolicyCase[] = [
  ...workloadKinds.flatMap((kind): PolicyCase[] => [
    {
      name: `${kind} that keeps to itself`,
      request: creationOf({ containers: [plain], initContainers: [plain] }, kind),
      expected: accepted,
    },
    {
      name: `${kind} with the IPC namespace of the host`,
      request: creationOf({ containers: [plain], hostIPC: true }, kind),
      expected: rejected('IPC'),
    },
    {
      name: `${kind} with the network of the host`,
      request: creationOf({ containers: [plain], hostNetwork: true }, kind),
      expected: rejected('host network'),
    },
    {
      name: `${kind} with the processes of the host`,
      request: creationOf({ containers: [plain], hostPID: true }, kind),
      expected: rejected('host PID'),
    },
    {
      name: `${kind} with a port of the host`,
      request: creationOf({ containers: [plain, onHost(443)] }, kind),
      expected: rejectedPorts(''),
    },
    {
      name: `${kind} with all that is allowed`,
      request: creationOf({ ...namespaces, containers: [onHost(80)], initContainers: [onHost(9000)] }, kind),
      settings: { ...allowed, ...ports },
      expected: accepted,
    },
  ]),
  ...['Deployment', 'Pod'].map((kind): PolicyCase => ({
    name: `original: ${kind} with all namespaces and port 443, where nothing but port 8080 is allowed`,
    request: creationOf({ ...namespaces, containers: [onHost(443)] }, kind),
    settings: {
      allow_host_ipc: false,
      allow_host_network: false,
      allow_host_pid: false,
      allow_host_ports: [{ min: 8080, max: 8080 }],
    },
    expected: rejected('IPC'),
  })),
  {
    name: 'the IPC namespace alone is allowed',
    request: creationOf({ ...namespaces, containers: [plain] }),
    settings: { allow_host_ipc: true },
    expected: rejected('host network'),
  },
  {
    name: 'the processes are not allowed with the others',
    request: creationOf({ ...namespaces, containers: [plain] }),
    settings: { allow_host_ipc: true, allow_host_network: true },
    expected: rejected('host PID'),
  },
  {
    name: 'allowed namespaces say nothing of ports',
    request: creationOf({ ...namespaces, containers: [onHost(8080)] }),
    settings: allowed,
    expected: rejectedPorts(''),
  },
  {
    name: 'namespaces that are declined',
    request: creationOf({ containers: [plain], hostIPC: false, hostNetwork: false, hostPID: null }),
    expected: accepted,
  },
  {
    name: 'a port of the host in an init container',
    request: creationOf({ containers: [onHost(443)], initContainers: [onHost(443)] }),
    expected: rejectedPorts('init '),
  },
  {
    name: 'a port of the host in an ephemeral container',
    request: creationOf({ containers: [plain], ephemeralContainers: [onHost(443)] }),
    expected: rejectedPorts('ephemeral '),
  },
  ...[8000, 8500, 9000].map((port): PolicyCase => ({
    name: `port ${port} is in the range`,
    request: creationOf({ containers: [onHost(port)] }),
    settings: ports,
    expected: accepted,
  })),
  ...[79, 81, 7999, 9001].map((port): PolicyCase => ({
    name: `port ${port} is outside of the ranges`,
    request: creationOf({ containers: [onHost(port)] }),
    settings: ports,
    expected: rejectedPorts(''),
  })),
  {
    name: 'ports that are null',
    request: creationOf({ containers: [{ name: 'a', ports: null }, { ports: [{ hostPort: null }] }] }),
    expected: accepted,
  },
  {
    name: 'ports without shape',
    request: creationOf({ containers: [{ name: 'a', ports: 443 }] }),
    expected: { accepted: false, message: 'the ports of container a must be a list of objects' },
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
    { name: 'all', settings: { ...allowed, ...ports }, valid: true },
    { name: 'fields that nobody knows', settings: { something: 'else' }, valid: true },
    {
      name: 'a range that is upside down',
      settings: {
        allow_host_ports: [
          { min: 1, max: 1 },
          { min: 443, max: 80 },
        ],
      },
      valid: false,
      message: 'allow_host_ports[1]: port min 443 cannot be greater than max 80',
    },
    {
      name: 'a range with one end',
      settings: { allow_host_ports: [{ min: 80 }] },
      valid: false,
      message: 'allow_host_ports[0].max: is missing',
    },
    {
      name: 'ports that are no range',
      settings: { allow_host_ports: [80, { min: '80', max: 80.5 }, [80, 90]] },
      valid: false,
      message:
        'allow_host_ports[0]: must be an object; ' +
        'allow_host_ports[1].min: must be an integer; allow_host_ports[1].max: must be an integer; ' +
        'allow_host_ports[2]: must be an object',
    },
    {
      name: 'a flag that is no boolean',
      settings: { allow_host_pid: 'yes' },
      valid: false,
      message: 'allow_host_pid: must be a boolean',
    },
  ],
};

export default tables;
