import { admissionRequest, type PolicyCase, type SettingsCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { creationOf, workload, workloadKinds } from '../testing/workloads.ts';

const container = (resources?: object, image = 'image:latest'): object => ({
  name: 'a',
  image,
  ...(resources !== undefined && { resources }),
});
/** A container that requests as much as it is limited to. */
const bounded = (cpu: string, memory: string, image?: string): object =>
  container({ limits: { cpu, memory }, requests: { cpu, memory } }, image);
const both = (value: string): object => ({ cpu: value, memory: value });

const accepted = { accepted: true } as const;
/** Rejections of this policy have a code. */
const rejected = (message: string | RegExp): PolicyCase['expected'] => ({
  accepted: false,
  message,
  code: 400,
});
const anyMutation = { accepted: true, mutatedObject: () => undefined } as const;
const tooSmall = (which: string, value: string, minimum: string): string =>
  `${which} '${value}' doesn't reach the min allowed value '${minimum}'`;
const tooLarge = (which: string, value: string, maximum: string): string =>
  `${which} '${value}' exceeds the max allowed value '${maximum}'`;
const inconsistent = (kind: string, which: string, limit: string, request: string): string =>
  `There is an issue after resource ${kind} mutation\n` +
  `${which} limit '${limit}' is less than the requested '${request}' value. ` +
  'Please, change the resource configuration or change the policy settings to accommodate the requested value';

/** The settings that the examples of the original share: the same quantity as maximum and as defaults. */
const around = (maxLimit: unknown, defaults: unknown, more: object = {}): object => ({
  maxLimit,
  defaultRequest: defaults,
  defaultLimit: defaults,
  ...more,
});
const ignoring = { ignoreValues: true };
const minimal = { cpu: around('3m', '2m'), memory: around('3G', '2G') };

/** Workloads of the same decisive content as the original's examples. */
const pause = 'registry.k8s.io/pause';
const withinRange = creationOf({ containers: [bounded('1m', '1Gi', pause), bounded('2m', '2Gi')] });
const exceeding = creationOf({ containers: [bounded('3m', '3Gi', pause), bounded('2m', '2Gi')] });
const exceedingCpu = creationOf({ containers: [bounded('3m', '1Gi', pause), bounded('2m', '1Gi')] });
const exceedingMemory = creationOf({ containers: [bounded('1m', '3Gi', pause), bounded('1m', '2Gi')] });
const without = creationOf({ containers: [container(undefined, pause), container()] });
const deployment = (resources: object): PolicyCase['request'] =>
  creationOf({ containers: [container(resources, 'nginx:latest')] }, 'Deployment');
const empty = deployment({});
const limited = deployment({ limits: { cpu: '1', memory: '1G' } });
const requesting = deployment({ requests: { cpu: '1', memory: '250Mi' }, limits: { cpu: '1' } });
const requestingMore = deployment({
  limits: { cpu: '1m', memory: '1G' },
  requests: { cpu: '10', memory: '10G' },
});

const original: [
  name: string,
  request: PolicyCase['request'],
  settings: object,
  expected: PolicyCase['expected'],
][] = [
  ['containers within the range', withinRange, minimal, accepted],
  ['requests are not held against limits', requestingMore, minimal, accepted],
  [
    'containers outside of the range',
    exceeding,
    { cpu: around('1m', '1m'), memory: around('1G', '1G'), ignoreImages: ['image:latest'] },
    rejected(tooLarge('memory limit', '3Gi', '1G')),
  ],
  [
    'containers outside of the range with ignored images',
    exceeding,
    { cpu: around('1m', '1m'), memory: around('1G', '1G'), ignoreImages: ['image:*', `${pause}*`] },
    accepted,
  ],
  [
    'a Deployment without resources is given some',
    empty,
    { cpu: around('4', '2'), memory: around('4G', '2G') },
    anyMutation,
  ],
  [
    'a Deployment without resources, where they must be there',
    empty,
    { cpu: ignoring, memory: ignoring },
    rejected('container does not have any resource limits'),
  ],
  [
    'a Deployment without requests is given some',
    limited,
    { cpu: around('4', '1'), memory: around('4G', '1G') },
    anyMutation,
  ],
  [
    'a Pod without resources, where they must be there',
    without,
    { cpu: ignoring, memory: ignoring },
    rejected('container does not have any resource limits or requests: required Cpu:true, Memory:true'),
  ],
  ['resources are there', withinRange, { cpu: ignoring, memory: ignoring }, accepted],
  ['the CPU is there', withinRange, { cpu: ignoring }, accepted],
  ['the memory is there', withinRange, { memory: ignoring }, accepted],
  [
    'resources are there, and their values are ignored',
    exceeding,
    {
      cpu: around('1m', '1m', ignoring),
      memory: around('1G', '1G', ignoring),
      ignoreImages: ['image:latest'],
    },
    accepted,
  ],
  [
    'the values of the memory are ignored, those of the CPU are not',
    exceeding,
    { cpu: around('1m', '1m'), memory: around('1G', '1G', ignoring), ignoreImages: ['image:latest'] },
    rejected(tooLarge('cpu limit', '3m', '1m')),
  ],
  [
    'the memory has no values, the CPU has',
    exceeding,
    { cpu: around('1m', '1m'), memory: { ignoreValues: false }, ignoreImages: ['image:latest'] },
    rejected(tooLarge('cpu limit', '3m', '1m')),
  ],
  [
    'the CPU has no values, the memory is within its range',
    exceedingCpu,
    { cpu: { ignoreValues: false }, memory: around('1Gi', '1Gi'), ignoreImages: ['image:latest'] },
    accepted,
  ],
  [
    'the memory has no values, the CPU is within its range',
    exceedingMemory,
    { cpu: around('1m', '1m'), memory: { ignoreValues: false }, ignoreImages: ['image:latest'] },
    accepted,
  ],
  [
    'the default limit is less than the request',
    requesting,
    { cpu: around(2, 1), memory: { maxLimit: '1Gi', defaultRequest: '200Mi', defaultLimit: '200Mi' } },
    rejected(inconsistent('limits', 'memory', '200Mi', '250Mi')),
  ],
  [
    'the default limit is the request',
    requesting,
    { cpu: around(2, 1), memory: { maxLimit: '1Gi', defaultRequest: '200Mi', defaultLimit: '250Mi' } },
    anyMutation,
  ],
  [
    'the default limit in Ki is less than the request',
    requesting,
    { cpu: around(2, 1), memory: { maxLimit: '1Gi', defaultRequest: '200Mi', defaultLimit: '204800Ki' } },
    rejected(inconsistent('limits', 'memory', '200Mi', '250Mi')),
  ],
  [
    'the default limit in Ki is more than the request',
    requesting,
    { cpu: around(2, 1), memory: { maxLimit: '1Gi', defaultRequest: '200Mi', defaultLimit: '256001Ki' } },
    anyMutation,
  ],
  [
    'the request is less than the minimum',
    requesting,
    {
      cpu: { minRequest: 200, defaultRequest: 250, defaultLimit: 300 },
      memory: { minRequest: '151Mi', defaultRequest: '250Mi', defaultLimit: '300Mi' },
    },
    rejected(tooSmall('cpu request', '1', '200')),
  ],
  [
    'the request is the minimum',
    requesting,
    {
      cpu: { minRequest: 1, defaultRequest: 2, defaultLimit: 3 },
      memory: { minRequest: '250Mi', defaultRequest: '250Mi', defaultLimit: '300Mi' },
    },
    anyMutation,
  ],
  [
    'the request is more than the minimum',
    requesting,
    {
      cpu: { minRequest: 1, defaultRequest: 2, defaultLimit: 3 },
      memory: { minRequest: '150Mi', defaultRequest: '200Mi', defaultLimit: '300Mi' },
    },
    anyMutation,
  ],
  [
    'the requested CPU is more than the maximum',
    requesting,
    { cpu: { maxRequest: 0.5 } },
    rejected(tooLarge('cpu request', '1', '500m')),
  ],
  [
    'the requested memory is more than the maximum',
    requesting,
    { memory: { maxRequest: '200Mi' } },
    rejected(tooLarge('memory request', '250Mi', '200Mi')),
  ],
  [
    'the requested CPU is less than the maximum',
    requesting,
    { cpu: { maxRequest: 2, defaultRequest: 2, defaultLimit: 2 } },
    accepted,
  ],
  [
    'the limit of the CPU is less than the minimum',
    limited,
    { cpu: { minLimit: 2, defaultLimit: 2, defaultRequest: 2 } },
    rejected(tooSmall('cpu limit', '1', '2')),
  ],
  [
    'the limit of the memory is less than the minimum',
    limited,
    { memory: { minLimit: '2G', defaultLimit: '2G', defaultRequest: '2G' } },
    rejected(tooSmall('memory limit', '1G', '2G')),
  ],
  [
    'limits reach the minimum, given or by default',
    requesting,
    {
      cpu: { minLimit: 0.5, defaultLimit: 0.5, defaultRequest: 0.5 },
      memory: { minLimit: '500Mi', defaultLimit: '500Mi', defaultRequest: '500Mi' },
    },
    anyMutation,
  ],
  [
    'the default request is more than the limit',
    limited,
    { cpu: { maxLimit: 2, defaultLimit: 2, defaultRequest: 2 } },
    rejected(inconsistent('requests', 'cpu', '1', '2')),
  ],
  ['the limit 1 is less than the maximum 2', limited, { cpu: { maxLimit: 2 } }, accepted],
  ['the limit 1 is the minimum', limited, { cpu: { minLimit: 1 } }, accepted],
  [
    'the limit 1, the minimum 2',
    limited,
    { cpu: { minLimit: 2 } },
    rejected(tooSmall('cpu limit', '1', '2')),
  ],
  [
    'the limit 1, the maximum 500m',
    limited,
    { cpu: { maxLimit: '500m' } },
    rejected(tooLarge('cpu limit', '1', '500m')),
  ],
  ['a default limit that is not needed', limited, { cpu: { defaultLimit: 2 } }, accepted],
  [
    'a default request above the minimum',
    limited,
    { cpu: { minRequest: '500m', defaultRequest: '800m' } },
    anyMutation,
  ],
  [
    'a default request below the maximum',
    limited,
    { cpu: { maxRequest: '800m', defaultRequest: '500m' } },
    anyMutation,
  ],
  [
    'a default request below the minimum of limits',
    limited,
    { cpu: { minLimit: '500m', defaultRequest: '300m' } },
    anyMutation,
  ],
  [
    'all quantities in their order',
    limited,
    {
      cpu: {
        minRequest: '200m',
        defaultRequest: '500m',
        maxRequest: '600m',
        minLimit: '800m',
        maxLimit: '1500m',
      },
    },
    anyMutation,
  ],
  ['the request 1 reaches the minimum 500m', requesting, { cpu: { minRequest: '500m' } }, accepted],
  [
    'the request 1, the minimum 1500m',
    requesting,
    { cpu: { minRequest: '1500m' } },
    rejected(tooSmall('cpu request', '1', '1500m')),
  ],
  ['the request 1, the maximum 1500m', requesting, { cpu: { maxRequest: '1500m' } }, accepted],
  [
    'the request 1, the maximum 500m',
    requesting,
    { cpu: { maxRequest: '500m' } },
    rejected(tooLarge('cpu request', '1', '500m')),
  ],
  ['the limit 1, the minimum 800m', requesting, { cpu: { minLimit: '800m' } }, accepted],
  [
    'the limit 1, the minimum 1200m',
    requesting,
    { cpu: { minLimit: '1200m' } },
    rejected(tooSmall('cpu limit', '1', '1200m')),
  ],
  [
    'a Deployment without resources is given CPU',
    empty,
    { cpu: { defaultLimit: 1, defaultRequest: '500m' } },
    anyMutation,
  ],
  [
    'a default request of memory within its range',
    limited,
    { memory: { minRequest: '500Mi', maxRequest: '800Mi', defaultRequest: '600Mi' } },
    anyMutation,
  ],
  [
    'the limit 1G, the minimum 2G',
    limited,
    { memory: { minLimit: '2G' } },
    rejected(tooSmall('memory limit', '1G', '2G')),
  ],
  [
    'default requests of both',
    limited,
    { cpu: { defaultRequest: '500m' }, memory: { defaultRequest: '500Mi' } },
    anyMutation,
  ],
];

const defaults = {
  cpu: { defaultRequest: '100m', defaultLimit: 0.5 },
  memory: { defaultRequest: '1024Ki', defaultLimit: '2e3' },
};
const defaulted = {
  limits: { cpu: '500m', memory: '2e3' },
  requests: { cpu: '100m', memory: '1Ki' },
};
const smallDefaults = { ...defaults, memory: { ...defaults.memory, defaultRequest: '1Ki' } };

/** Quantities by how Kubernetes writes them. */
const spellings: readonly [text: unknown, canonical: string][] = [
  ['0.5', '500m'],
  ['.5', '500m'],
  ['1.', '1'],
  ['+1', '1'],
  ['-1', '-1'],
  ['0010', '10'],
  [' 10 ', '10'],
  [1.5, '1500m'],
  [1e21, '1e21'],
  ['1000m', '1'],
  ['1500', '1500'],
  ['12000', '12k'],
  ['1000k', '1M'],
  ['1e3', '1e3'],
  ['1.5E4', '15e3'],
  ['5e-3', '5e-3'],
  ['1e-30', '1e-9'],
  ['1E', '1E'],
  ['1000E', '1000E'],
  ['100u', '100u'],
  ['0.1n', '1n'],
  ['1.5Gi', '1536Mi'],
  ['1024Ki', '1Mi'],
  ['1000Ki', '1000Ki'],
  ['0.5Ki', '512'],
  ['0.0001Ki', '102400u'],
  ['1024Pi', '1Ei'],
  ['1024Ei', '1024Ei'],
];

const cases: PolicyCase[] = [
  ...original.map(([name, request, settings, expected]): PolicyCase => ({
    name: `original: ${name}`,
    request,
    settings,
    expected,
  })),
  ...workloadKinds.flatMap((kind): PolicyCase[] => [
    {
      name: `${kind} within its range`,
      request: creationOf({ containers: [bounded('1m', '1Gi')] }, kind),
      settings: minimal,
      expected: accepted,
    },
    {
      name: `${kind} with a limit above the maximum`,
      request: creationOf({ containers: [bounded('1m', '1Gi'), bounded('4m', '1Gi')] }, kind),
      settings: minimal,
      expected: rejected(tooLarge('cpu limit', '4m', '3m')),
    },
    {
      name: `${kind} that is given defaults`,
      request: creationOf({ containers: [container(), container({ claims: [] })] }, kind),
      settings: smallDefaults,
      expected: {
        accepted: true,
        mutatedObject: workload(kind, {
          containers: [container(defaulted), container({ claims: [], ...defaulted })],
        }),
      },
    },
    {
      name: `${kind} with a sidecar that has no limits`,
      request: creationOf(
        {
          containers: [bounded('1m', '1Gi')],
          initContainers: [{ ...container({ requests: both('1') }), restartPolicy: 'Always' }],
        },
        kind,
      ),
      settings: { cpu: ignoring },
      expected: rejected('container does not have a cpu limit'),
    },
    {
      name: `${kind} with init and ephemeral containers that end`,
      request: creationOf(
        {
          containers: [bounded('1m', '1Gi')],
          initContainers: [container()],
          ephemeralContainers: [container()],
        },
        kind,
      ),
      settings: { cpu: ignoring, memory: ignoring },
      expected: accepted,
    },
  ]),
  {
    name: 'a sidecar is given defaults',
    request: creationOf({
      containers: [bounded('1m', '1Gi')],
      initContainers: [{ ...container(), restartPolicy: 'Always' }, container()],
    }),
    settings: { cpu: { defaultLimit: '1' } },
    expected: {
      accepted: true,
      mutatedObject: workload('Pod', {
        containers: [bounded('1m', '1Gi')],
        initContainers: [{ ...container({ limits: { cpu: '1' } }), restartPolicy: 'Always' }, container()],
      }),
    },
  },
  {
    name: 'only what is lacking is written',
    request: creationOf({
      containers: [container({ limits: { cpu: '2', 'nvidia.com/gpu': 1 }, requests: { memory: '1Ki' } })],
    }),
    settings: smallDefaults,
    expected: {
      accepted: true,
      mutatedObject: workload('Pod', {
        containers: [
          container({
            limits: { cpu: '2', 'nvidia.com/gpu': 1, memory: '2e3' },
            requests: { memory: '1Ki', cpu: '100m' },
          }),
        ],
      }),
    },
  },
  {
    name: 'blanks are the same as nothing',
    request: creationOf({ containers: [container({ limits: { cpu: ' ' } })] }),
    settings: { cpu: { defaultLimit: 1 } },
    expected: {
      accepted: true,
      mutatedObject: workload('Pod', { containers: [container({ limits: { cpu: '1' } })] }),
    },
  },
  {
    name: 'without defaults nothing needs to be there',
    request: without,
    settings: { cpu: { minLimit: '1', maxLimit: '2' } },
    expected: accepted,
  },
  {
    name: 'a request is lacking, where both resources must be there',
    request: creationOf({ containers: [container({ limits: both('1') })] }),
    settings: { cpu: ignoring, memory: ignoring },
    expected: rejected('container does not have any resource requests'),
  },
  {
    name: 'the request of the memory is lacking',
    request: creationOf({ containers: [container({ limits: both('1'), requests: { cpu: '1' } })] }),
    settings: { cpu: ignoring, memory: ignoring },
    expected: rejected('container does not have a memory request'),
  },
  {
    name: 'the limit of the memory is lacking',
    request: creationOf({ containers: [container({ limits: { cpu: '1' }, requests: both('1') })] }),
    settings: { memory: {} },
    expected: rejected('container does not have a memory limit'),
  },
  {
    name: 'a request that is no quantity',
    request: creationOf({ containers: [container({ requests: { cpu: 'much' } })] }),
    settings: { cpu: { minRequest: '1' } },
    expected: rejected('invalid cpu request'),
  },
  {
    name: 'a limit that is no text',
    request: creationOf({ containers: [container({ limits: { memory: ['1G'] } })] }),
    settings: { memory: { maxLimit: '1G' } },
    expected: rejected('invalid memory limit'),
  },
  {
    name: 'numbers are quantities',
    request: creationOf({ containers: [container({ limits: { cpu: 2 } })] }),
    settings: { cpu: { maxLimit: 1.5 } },
    expected: rejected(tooLarge('cpu limit', '2', '1500m')),
  },
  {
    name: 'limits without shape',
    request: creationOf({ containers: [container({ limits: 1 })] }),
    settings: { cpu: { maxLimit: 1 } },
    expected: { accepted: false, message: 'the resource limits of container a must be an object' },
  },
  ...spellings.map(([text, canonical]): PolicyCase => ({
    name: `the quantity ${JSON.stringify(text)} is ${canonical}`,
    request: creationOf({ containers: [container()] }),
    settings: { memory: { defaultRequest: text } },
    expected: {
      accepted: true,
      mutatedObject: workload('Pod', { containers: [container({ requests: { memory: canonical } })] }),
    },
  })),
  ...['image:latest', 'image*', '*'].map((pattern): PolicyCase => ({
    name: `the image is ignored: ${pattern}`,
    request: creationOf({ containers: [bounded('2', '2')] }),
    settings: { cpu: { maxLimit: 1 }, ignoreImages: [pattern] },
    expected: accepted,
  })),
  ...['image', 'latest', '*latest', 'ima*ge:latest'].map((pattern): PolicyCase => ({
    name: `the image is not ignored: ${pattern}`,
    request: creationOf({ containers: [bounded('2', '2')] }),
    settings: { cpu: { maxLimit: 1 }, ignoreImages: [pattern] },
    expected: rejected(tooLarge('cpu limit', '2', '1')),
  })),
  {
    name: 'a Deployment without pod spec',
    request: admissionRequest({
      object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } },
    }),
    settings: minimal,
    expected: accepted,
  },
  {
    name: 'an object that is no workload',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Service', spec: {} } }),
    settings: minimal,
    expected: { accepted: false, message: /^Object should be one of these kinds: / },
  },
  {
    name: 'an object without shape',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Pod', spec: { containers: 'nginx' } } }),
    settings: minimal,
    expected: { accepted: false, message: 'request.object.spec.containers must be a list of objects' },
  },
];

/** Each quantity with all that must not be above it. */
const disorders: readonly (readonly [lower: string, upper: string, message: string])[] = [
  ['defaultLimit', 'maxLimit', 'default limit: 2 cannot be greater than max limit: 1'],
  ['minLimit', 'maxLimit', 'min limit: 2 cannot be greater than max limit: 1'],
  ['maxRequest', 'maxLimit', 'max request: 2 cannot be greater than max limit: 1'],
  ['defaultRequest', 'maxLimit', 'default request: 2 cannot be greater than max limit: 1'],
  ['minRequest', 'maxLimit', 'min request: 2 cannot be greater than max limit: 1'],
  ['minLimit', 'defaultLimit', 'min limit: 2 cannot be greater than default limit: 1'],
  ['maxRequest', 'defaultLimit', 'max request: 2 cannot be greater than default limit: 1'],
  ['defaultRequest', 'defaultLimit', 'default request: 2 cannot be greater than default limit: 1'],
  ['minRequest', 'defaultLimit', 'min request: 2 cannot be greater than default limit: 1'],
  ['maxRequest', 'minLimit', 'max request: 2 cannot be greater than min limit: 1'],
  ['defaultRequest', 'minLimit', 'default request: 2 cannot be greater than min limit: 1'],
  ['minRequest', 'minLimit', 'min request: 2 cannot be greater than min limit: 1'],
  ['defaultRequest', 'maxRequest', 'default request: 2 cannot be greater than max request: 1'],
  ['minRequest', 'maxRequest', 'min request: 2 cannot be greater than max request: 1'],
  ['minRequest', 'defaultRequest', 'min request: 2 cannot be greater than default request: 1'],
];

const noQuantity =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const noSuffix = "unable to parse quantity's suffix";

const tables: PolicyTables = {
  cases,
  settings: [
    {
      name: 'original: none',
      settings: {},
      valid: false,
      message: 'no settings provided. At least one resource limit or request must be verified',
    },
    {
      name: 'original: neither resource has values',
      settings: { cpu: { ignoreValues: false }, memory: { ignoreValues: false } },
      valid: false,
      message:
        'invalid cpu settings\nall the quantities must be defined\n' +
        'invalid memory settings\nall the quantities must be defined',
    },
    {
      name: 'resources that are null',
      settings: { cpu: null, memory: null, ignoreImages: [] },
      valid: false,
      message: /^no settings provided/,
    },
    { name: 'both resources', settings: minimal, valid: true },
    { name: 'numbers and nulls', settings: { cpu: { maxLimit: 2, minLimit: null } }, valid: true },
    { name: 'one resource without values', settings: { cpu: {} }, valid: true },
    {
      name: 'zero is no value',
      settings: { cpu: { maxLimit: 0 }, memory: { minLimit: '0Ki' } },
      valid: false,
    },
    { name: 'presence of both', settings: { cpu: ignoring, memory: ignoring }, valid: true },
    { name: 'all quantities alike', settings: { cpu: around(1, '1000m', { minLimit: '1' }) }, valid: true },
    ...disorders.map(([lower, upper, message]): SettingsCase => ({
      name: `${lower} above ${upper}`,
      settings: { memory: { [lower]: '2', [upper]: 1 }, cpu: ignoring },
      valid: false,
      message: `invalid memory settings\n${message}`,
    })),
    {
      name: 'disorder in one resource, and nothing in the other one',
      settings: { cpu: { minLimit: 2, maxLimit: 1 }, memory: {} },
      valid: false,
      message:
        'invalid cpu settings\nmin limit: 2 cannot be greater than max limit: 1\n' +
        'invalid memory settings\nall the quantities must be defined',
    },
    ...[
      ...['', 'much', '1.5.2', '1 Gi', '--1', '1g', '1KI', '1'.repeat(65)].map(
        (text) => [text, noQuantity] as const,
      ),
      ...['1mi', '1ki', '1e', '1e100', '1Gi2', '1ee2'].map((text) => [text, noSuffix] as const),
    ].map(([text, message]): SettingsCase => ({
      name: `no quantity: ${text}`,
      settings: { cpu: { maxLimit: text } },
      valid: false,
      message: `cpu.maxLimit: ${message}`,
    })),
    {
      name: 'values of other types',
      settings: { cpu: 1, memory: { maxLimit: true, ignoreValues: 'no' }, ignoreImages: 'nginx' },
      valid: false,
      message:
        'cpu: must be an object; memory.maxLimit: must be a quantity; ' +
        'memory.ignoreValues: must be a boolean; ignoreImages: must be a list',
    },
  ],
};

export default tables;
