import type { KubernetesObject } from '@kubewarden/policy-sdk';
import { admissionRequest, type PolicyCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { creationOf, workloadKinds } from '../testing/workloads.ts';
import type { MetadataField } from './metadata-rules.ts';

/** Whether a value matches an expression: what RE2 understands, and where it differs from JavaScript. */
const expressions: readonly (readonly [expression: string, value: string, matches: boolean])[] = [
  ['[123]', 'priority-2-of-3', true],
  ['^[123]$', '12', false],
  ['^cc-\\d+$', 'cc-1234', true],
  ['(?i)^TEAM-', 'team-infra', true],
  ['\\Ateam\\z', 'team', true],
  ['^[[:alpha:]]+$', 'infra', true],
  ['^[[:alpha:]]+$', 'infra2', false],
  ['^(?P<name>[a-z]+)$', 'infra', true],
  ['^\\pL+$', 'größe', true],
  ['^\\Qa.b\\E$', 'axb', false],
  ['^.$', '😀', true],
  ['^$', '', true],
  ['', 'anything', true],
  // Takes forever where expressions are matched by trying.
  ['^(a+)+$', `${'a'.repeat(5000)}!`, false],
];

const accepted = { accepted: true } as const;
const rejected = (...problems: string[]): PolicyCase['expected'] => ({
  accepted: false,
  message: problems.join('. '),
});

/**
 * What a policy must show that judges labels or annotations.
 *
 * @param refused - what is said of denied names: that they are …
 */
export function metadataTables(field: MetadataField, refused: string): PolicyTables {
  /** An Ingress with these labels or annotations. */
  const ingress = (map: unknown): KubernetesObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', ...({ [field]: map } as object) },
    spec: { rules: [{ host: 'shop.example.com' }] },
  });

  const request = (map: unknown): PolicyCase['request'] => admissionRequest({ object: ingress(map) });
  const usual = request({ 'cc-center': 'cc-1234a', owner: 'team-infra' });

  const denied = (names: string): string => `The following ${field} are ${refused}: ${names}`;
  const violating = (names: string): string =>
    `The following ${field} are violating user constraints: ${names}`;
  const missing = (names: string): string => `The following mandatory ${field} are missing: ${names}`;

  const cases: PolicyCase[] = [
    { name: 'original: no settings', request: usual, expected: accepted },
    { name: `no ${field}`, request: request(undefined), expected: accepted },
    {
      name: 'metadata that are no object',
      request: admissionRequest({
        object: { ...ingress({}), metadata: 'shop' } as unknown as KubernetesObject,
      }),
      expected: { accepted: false, code: 400 },
    },
    {
      name: 'original: a constraint that is met',
      request: usual,
      settings: { [`constrained_${field}`]: { owner: '^team-' } },
      expected: accepted,
    },
    {
      name: 'original: a constraint that is not met',
      request: usual,
      settings: { [`constrained_${field}`]: { 'cc-center': '^cc-\\d+$' } },
      expected: rejected(violating('cc-center')),
    },
    {
      name: 'a constraint of what is not there',
      request: usual,
      settings: { [`constrained_${field}`]: { tier: '^gold$' } },
      expected: accepted,
    },
    {
      name: `original: other ${field} are denied`,
      request: usual,
      settings: { [`denied_${field}`]: ['foo', 'bar'] },
      expected: accepted,
    },
    {
      name: 'original: one is denied',
      request: usual,
      settings: { [`denied_${field}`]: ['foo', 'owner'] },
      expected: rejected(denied('owner')),
    },
    {
      name: 'names are told by their case',
      request: usual,
      settings: { [`denied_${field}`]: ['Owner'] },
      expected: accepted,
    },
    {
      name: 'several are denied, in the order of the object',
      request: usual,
      settings: { [`denied_${field}`]: ['owner', 'cc-center'] },
      expected: rejected(denied('cc-center,owner')),
    },
    {
      name: 'mandatory ones are there',
      request: usual,
      settings: { [`mandatory_${field}`]: ['owner'], [`constrained_${field}`]: { owner: '.' } },
      expected: accepted,
    },
    {
      name: 'original: a mandatory one is missing',
      request: usual,
      settings: { [`mandatory_${field}`]: ['required'], [`constrained_${field}`]: { foo: '.*' } },
      expected: rejected(missing('required')),
    },
    {
      name: 'mandatory ones may be empty',
      request: request({ required: '' }),
      settings: { [`mandatory_${field}`]: ['required'] },
      expected: accepted,
    },
    ...[undefined, null, {}].map((none): PolicyCase => ({
      name: `mandatory ones are missing where there are none: ${JSON.stringify(none)}`,
      request: request(none),
      settings: { [`mandatory_${field}`]: ['b', 'a', 'b'] },
      expected: rejected(missing('b,a')),
    })),
    {
      name: 'an object without metadata',
      request: admissionRequest({ object: { apiVersion: 'v1', kind: 'ConfigMap' } }),
      settings: { [`mandatory_${field}`]: ['required'] },
      expected: rejected(missing('required')),
    },
    {
      name: 'all rules are broken',
      request: usual,
      settings: {
        [`denied_${field}`]: ['owner'],
        [`constrained_${field}`]: { 'cc-center': '^[0-9]+$' },
        [`mandatory_${field}`]: ['tier'],
      },
      expected: rejected(denied('owner'), violating('cc-center'), missing('tier')),
    },
    {
      name: 'names that objects of JavaScript have are not there by themselves',
      request: usual,
      settings: { [`mandatory_${field}`]: ['toString'] },
      expected: rejected(missing('toString')),
    },
    {
      name: 'names that objects of JavaScript have are not constrained by themselves',
      request: request({ toString: 'x', valueOf: 'y' }),
      settings: { [`constrained_${field}`]: { owner: '^team-' } },
      expected: accepted,
    },
    ...expressions.map(([expression, value, matches]): PolicyCase => ({
      name: `${JSON.stringify(value.slice(0, 20))} ${matches ? 'matches' : 'does not match'} /${expression}/`,
      request: request({ owner: value }),
      settings: { [`constrained_${field}`]: { owner: expression } },
      expected: matches ? accepted : rejected(violating('owner')),
    })),
    ...workloadKinds.map((kind): PolicyCase => ({
      name: `a ${kind} is judged by its own ${field}, not by those of its pods`,
      request: creationOf({ containers: [] }, kind),
      settings: { [`denied_${field}`]: ['app'], [`mandatory_${field}`]: ['owner'] },
      expected: rejected(missing('owner')),
    })),
    {
      name: 'an update is judged by what the object becomes',
      request: admissionRequest({
        operation: 'UPDATE',
        object: ingress({ owner: 'team-infra' }),
        oldObject: ingress({ tier: 'gold' }),
      }),
      settings: { [`denied_${field}`]: ['tier'], [`mandatory_${field}`]: ['owner'] },
      expected: accepted,
    },
    {
      name: 'a deletion',
      request: admissionRequest({ operation: 'DELETE', oldObject: ingress({ tier: 'gold' }) }),
      settings: { [`denied_${field}`]: ['tier'], [`mandatory_${field}`]: ['owner'] },
      expected: accepted,
    },
    ...['owner', ['owner'], { owner: 1 }, { owner: null }].map((map): PolicyCase => ({
      name: `no map of strings: ${JSON.stringify(map)}`,
      request: request(map),
      settings: { [`denied_${field}`]: ['owner'] },
      expected: rejected(`request.object.metadata.${field} must be a map of strings`),
    })),
  ];

  return {
    cases,
    settings: [
      { name: 'none', settings: {}, valid: true },
      {
        name: 'lists that are null',
        settings: { [`denied_${field}`]: null, [`mandatory_${field}`]: null, [`constrained_${field}`]: null },
        valid: true,
      },
      {
        name: 'all of them',
        settings: {
          [`denied_${field}`]: ['foo', 'bar'],
          [`mandatory_${field}`]: ['owner'],
          [`constrained_${field}`]: { owner: '^team-', 'cost-center': 'cc-\\d+' },
        },
        valid: true,
      },
      { name: 'fields that nobody knows', settings: { something: 'else' }, valid: true },
      {
        name: 'original: constrained and denied',
        settings: {
          [`denied_${field}`]: ['foo', 'cc-center'],
          [`constrained_${field}`]: { 'cc-center': '^cc-\\d+$' },
        },
        valid: false,
        message: `These ${field} cannot be constrained and denied at the same time: cc-center`,
      },
      {
        name: 'original: mandatory and denied',
        settings: { [`denied_${field}`]: ['foo', 'cc-center'], [`mandatory_${field}`]: ['cc-center'] },
        valid: false,
        message: `These ${field} cannot be mandatory and denied at the same time: cc-center`,
      },
      {
        name: 'all conflicts at once',
        settings: {
          [`denied_${field}`]: ['a', 'b', 'c'],
          [`mandatory_${field}`]: ['c', 'd', 'c'],
          [`constrained_${field}`]: { b: '', a: '' },
        },
        valid: false,
        message:
          `These ${field} cannot be constrained and denied at the same time: a,b; ` +
          `These ${field} cannot be mandatory and denied at the same time: c`,
      },
      ...[
        ['^cc-[12$', 'missing closing ]: `[12$`', 'original: '],
        ['(a', 'missing closing ): `(a`'],
        ['a**', 'invalid nested repetition operator: `**`'],
        ['(?=ahead)', 'invalid or unsupported Perl syntax: `(?=`'],
        ['\\8', 'invalid escape sequence: `\\8`'],
      ].map(([expression, problem, origin = '']) => ({
        name: `${origin}a constraint that is no regular expression: ${expression}`,
        settings: { [`constrained_${field}`]: { 'cc-center': expression } },
        valid: false,
        message: `error parsing regexp: ${problem}, in the constraint of cc-center`,
      })),
      {
        name: 'fields of the wrong type',
        settings: {
          [`denied_${field}`]: 'foo',
          [`mandatory_${field}`]: [1],
          [`constrained_${field}`]: { a: true },
        },
        valid: false,
        message:
          `denied_${field}: must be a list of strings; mandatory_${field}[0]: must be a string; ` +
          `constrained_${field}.a: must be a regular expression`,
      },
      {
        name: 'constraints without names',
        settings: { [`constrained_${field}`]: ['^team-'] },
        valid: false,
        message: `constrained_${field}: must map names to regular expressions`,
      },
    ],
  };
}
