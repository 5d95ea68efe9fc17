import { admissionRequest, type PolicyCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { creationOf, workloadKinds } from '../testing/workloads.ts';

interface TestedContainer {
  readonly name: string;
  readonly env?: readonly object[];
}

const container = (name: string, ...variables: string[]): TestedContainer => ({
  name,
  ...(variables.length > 0 && { env: variables.map((variable) => ({ name: variable, value: 'x' })) }),
});

const accepted = { accepted: true } as const;
const rejected = (...problems: string[]): PolicyCase['expected'] => ({
  accepted: false,
  message: problems.join(', '),
});

const anyOf = (container: string): string =>
  `${container}: Resource must have at least one of the required environment variables specified by the validation ` +
  'rule. None of the expected environment variables were found: a, b';

const notAnyOf = (container: string, found: string): string =>
  `${container}: Resource must not have any of the environment variables specified in the validation rule. ` +
  `The following invalid environment variables were found: ${found}`;

/** What is said of a container `web` whose variables do not meet the criteria. */
const problems = {
  containsAnyOf: () => anyOf('web'),
  doesNotContainAnyOf: (found: string) => notAnyOf('web', found),
  containsAllOf: (missing: string) =>
    'web: Resource is missing required environment variables as specified in the validation rules. ' +
    `The following environment variables are missing: ${missing}`,
  doesNotContainAllOf: (together: string) =>
    'web: Resource has conflicting environment variables set according to the validation rules. ' +
    `The following environment variables should not be set together: ${together}`,
  containsOtherThan: () =>
    'web: Resource must have at least one environment variable other than those specified in the validation rule: ' +
    'a, b',
  doesNotContainOtherThan: (others: string) =>
    'web: Resource must have only environment variables from the validation rule. ' +
    `The following environment variables were found that should not be present: ${others}`,
};

/** For the values a and b: what the container has, and the names in the rejection, if there is one. */
const judgements: Readonly<
  Record<keyof typeof problems, readonly (readonly [has: string, names?: string])[]>
> = {
  containsAnyOf: [['a'], ['b'], ['a,b'], ['a,b,c'], ['c', ''], ['a,c'], ['b,c'], ['', '']],
  doesNotContainAnyOf: [
    ['a', 'a'],
    ['b', 'b'],
    ['b,a', 'a, b'],
    ['a,b,c', 'a, b'],
    ['c'],
    ['a,c', 'a'],
    ['b,c', 'b'],
    ['c,d'],
    [''],
  ],
  containsAllOf: [
    ['a', 'b'],
    ['b', 'a'],
    ['a,b'],
    ['a,b,c'],
    ['c', 'a, b'],
    ['a,c', 'b'],
    ['b,c', 'a'],
    ['', 'a, b'],
  ],
  doesNotContainAllOf: [['a'], ['b'], ['b,a', 'a, b'], ['a,b,c', 'a, b'], ['c'], ['a,c'], ['b,c'], ['']],
  containsOtherThan: [
    ['a', ''],
    ['b', ''],
    ['a,b', ''],
    ['a,b,c'],
    ['c'],
    ['c,d'],
    ['a,c'],
    ['b,c'],
    ['', ''],
  ],
  doesNotContainOtherThan: [
    ['a'],
    ['b'],
    ['a,b'],
    ['a,b,c', 'c'],
    ['c', 'c'],
    ['d,a,c,d', 'd, c'],
    ['b,c', 'c'],
    [''],
  ],
};

/** The judgements that the original has examples of, with the same names and values. */
const originals = [
  'containsAnyOf: a,b',
  'containsAnyOf: no variables',
  'doesNotContainAnyOf: c',
  'containsAllOf: a,b',
  'doesNotContainAllOf: a',
  'containsOtherThan: c,d',
  'doesNotContainOtherThan: a',
  'doesNotContainOtherThan: no variables',
];
const judgementOf = (criteria: string, has: string): string => {
  const name = `${criteria}: ${has === '' ? 'no variables' : has}`;
  return originals.includes(name) ? `original: ${name}` : name;
};

const anyOfBoth = { criteria: 'containsAnyOf', values: ['a', 'b'] };
const noneOfBoth = { criteria: 'doesNotContainAnyOf', values: ['a', 'b'] };

const cases: PolicyCase[] = [
  ...(Object.keys(problems) as (keyof typeof problems)[]).flatMap((criteria) =>
    judgements[criteria].map(([has, names]): PolicyCase => ({
      name: judgementOf(criteria, has),
      request: creationOf(
        { containers: [container('web', ...has.split(',').filter(Boolean))] },
        'Deployment',
      ),
      settings: { criteria, values: ['a', 'b'] },
      expected: names === undefined ? accepted : rejected(problems[criteria](names)),
    })),
  ),
  ...workloadKinds.flatMap((kind): PolicyCase[] => [
    {
      name: `${kind} with a denied variable`,
      request: creationOf({ containers: [container('web', 'c'), container('proxy', 'a')] }, kind),
      settings: noneOfBoth,
      expected: rejected(notAnyOf('proxy', 'a')),
    },
    {
      name: `${kind} with denied variables of an init and an ephemeral container`,
      request: creationOf(
        {
          containers: [container('web', 'c')],
          initContainers: [container('migrate', 'a')],
          ephemeralContainers: [container('debug', 'b')],
        },
        kind,
      ),
      settings: noneOfBoth,
      expected: rejected(notAnyOf('migrate', 'a'), notAnyOf('debug', 'b')),
    },
    {
      name: `${kind} without denied variables`,
      request: creationOf(
        { containers: [container('web', 'c')], initContainers: [{ name: 'migrate' }] },
        kind,
      ),
      settings: noneOfBoth,
      expected: accepted,
    },
  ]),
  {
    name: 'every container must meet the criteria by itself',
    request: creationOf({
      containers: [container('web', 'a'), container('proxy', 'c')],
      initContainers: [{ name: 'migrate' }],
      ephemeralContainers: [container('debug', 'b')],
    }),
    settings: anyOfBoth,
    expected: rejected(anyOf('migrate'), anyOf('proxy')),
  },
  {
    name: 'names are told by their case',
    request: creationOf({ containers: [container('web', 'A')] }),
    settings: noneOfBoth,
    expected: accepted,
  },
  {
    name: 'values are not looked at',
    request: creationOf({ containers: [{ name: 'web', env: [{ name: 'c', value: 'a' }] }] }),
    settings: noneOfBoth,
    expected: accepted,
  },
  {
    name: 'variables that take their value from elsewhere',
    request: creationOf({
      containers: [
        { name: 'web', env: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }] },
      ],
    }),
    settings: noneOfBoth,
    expected: rejected(notAnyOf('web', 'a')),
  },
  {
    name: 'variables whose names are not in the request',
    request: creationOf({ containers: [{ name: 'web', envFrom: [{ configMapRef: { name: 'a' } }] }] }),
    settings: anyOfBoth,
    expected: rejected(anyOf('web')),
  },
  ...[null, []].map((env): PolicyCase => ({
    name: `a list of variables that is ${JSON.stringify(env)}`,
    request: creationOf({ containers: [{ name: 'web', env }] }),
    settings: noneOfBoth,
    expected: accepted,
  })),
  { name: 'a Pod without containers', request: creationOf({}), settings: anyOfBoth, expected: accepted },
  {
    name: 'a Deployment without pod spec',
    request: admissionRequest({
      object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } },
    }),
    settings: anyOfBoth,
    expected: accepted,
  },
  {
    name: 'an object that is no workload',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Service', spec: {} } }),
    settings: anyOfBoth,
    expected: { accepted: false, message: /^Object should be one of these kinds: / },
  },
  {
    name: 'an object without shape',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Pod', spec: { containers: 'nginx' } } }),
    settings: noneOfBoth,
    expected: { accepted: false, message: 'request.object.spec.containers must be a list of objects' },
  },
  ...['a', { name: 'a' }, ['a'], [{ value: 'a' }], [null], [{ name: 1 }]].map((env): PolicyCase => ({
    name: `variables without shape: ${JSON.stringify(env)}`,
    request: creationOf({ containers: [{ name: 'web', env }] }),
    settings: noneOfBoth,
    expected: { accepted: false, message: 'env of container web must be a list of variables with names' },
  })),
];

const tables: PolicyTables = {
  cases,
  settings: [
    ...Object.keys(problems).flatMap((criteria) => [
      { name: criteria, settings: { criteria, values: ['envVar', '_Env3_Var3', 'VAR', 'var'] }, valid: true },
      {
        name: `${criteria} of nothing`,
        settings: { criteria, values: [] },
        valid: false,
        message: 'Empty environment variable list is not allowed',
      },
    ]),
    {
      name: 'fields that nobody knows',
      settings: { ...anyOfBoth, something: 'else' },
      valid: true,
    },
    {
      name: 'names that no variable has',
      settings: { criteria: 'containsAnyOf', values: ['1envVar', 'a', 'b-c', '', 'größe'] },
      valid: false,
      message: 'Invalid environment variable names: 1envVar, b-c, , größe',
    },
    {
      name: 'none',
      settings: {},
      valid: false,
      message: /^criteria: .*; values: /,
    },
    {
      name: 'criteria that nobody knows',
      settings: { criteria: 'ContainsAnyOf', values: ['a'] },
      valid: false,
      message:
        'criteria: must be one of containsAnyOf, doesNotContainAnyOf, containsAllOf, doesNotContainAllOf, ' +
        'containsOtherThan, doesNotContainOtherThan',
    },
    {
      name: 'values that are no names',
      settings: { criteria: 'containsAnyOf', values: ['a', 1] },
      valid: false,
      message: 'values[1]: must be a string',
    },
  ],
};

export default tables;
