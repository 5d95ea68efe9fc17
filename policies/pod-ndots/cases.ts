import { admissionRequest, type PolicyCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';
import { creationOf, workload, workloadKinds } from '../testing/workloads.ts';

const containers = [{ name: 'web', image: 'nginx' }];
const ndots = (value: string): object => ({ name: 'ndots', value });
const withOptions = (...options: object[]): object => ({ containers, dnsConfig: { options } });

const unchanged = { accepted: true } as const;
const becomes = (podSpec: object): PolicyCase['expected'] => ({
  accepted: true,
  mutatedObject: workload('Pod', podSpec),
});

const cases: PolicyCase[] = [
  {
    name: 'a Pod without DNS configuration',
    request: creationOf({ containers }),
    expected: becomes(withOptions(ndots('1'))),
  },
  {
    name: 'original: a Pod with another value',
    request: creationOf(withOptions(ndots('5'))),
    expected: becomes(withOptions(ndots('1'))),
  },
  {
    name: 'a Pod with the value',
    request: creationOf(withOptions(ndots('1'))),
    expected: unchanged,
  },
  {
    name: 'original: a Pod with the value of the settings',
    request: creationOf(withOptions(ndots('5'))),
    settings: { ndots: 5 },
    expected: unchanged,
  },
  {
    name: 'another value is wanted',
    request: creationOf(withOptions(ndots('1'))),
    settings: { ndots: 3 },
    expected: becomes(withOptions(ndots('3'))),
  },
  {
    name: 'no dot at all is wanted',
    request: creationOf(withOptions(ndots('1'))),
    settings: { ndots: 0 },
    expected: becomes(withOptions(ndots('0'))),
  },
  {
    name: 'an option without value',
    request: creationOf(withOptions({ name: 'ndots' })),
    expected: becomes(withOptions(ndots('1'))),
  },
  {
    name: 'other options and name servers stay where they are',
    request: creationOf({
      containers,
      dnsConfig: {
        searches: ['example.com'],
        options: [{ name: 'edns0' }, ndots('5'), { name: 'timeout', value: '2' }],
        nameservers: ['192.0.2.1'],
      },
    }),
    expected: becomes({
      containers,
      dnsConfig: {
        searches: ['example.com'],
        options: [{ name: 'edns0' }, ndots('1'), { name: 'timeout', value: '2' }],
        nameservers: ['192.0.2.1'],
      },
    }),
  },
  {
    name: 'only other options',
    request: creationOf(withOptions({ name: 'edns0' })),
    expected: becomes(withOptions({ name: 'edns0' }, ndots('1'))),
  },
  {
    name: 'the option twice, and only the first one right',
    request: creationOf(withOptions(ndots('1'), ndots('5'))),
    expected: becomes(withOptions(ndots('1'), ndots('1'))),
  },
  {
    name: 'a DNS configuration and options that are null',
    request: creationOf({ containers, dnsConfig: { options: null } }),
    expected: becomes(withOptions(ndots('1'))),
  },
  {
    name: 'names with escapes are the same names',
    request: creationOf({ containers, note: 'line\nbreak "ndots"', dnsConfig: { options: [ndots('1')] } }),
    expected: unchanged,
  },
  {
    name: 'a Pod that is updated',
    request: { ...creationOf({ containers }), operation: 'UPDATE' },
    expected: unchanged,
  },
  {
    name: 'a Pod that is deleted',
    request: admissionRequest({ operation: 'DELETE', oldObject: workload('Pod', { containers }) }),
    expected: unchanged,
  },
  {
    name: 'a Pod without spec',
    request: admissionRequest({ object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } } }),
    expected: unchanged,
  },
  ...workloadKinds
    .filter((kind) => kind !== 'Pod')
    .map((kind): PolicyCase => ({
      name: `${kind}, whose Pods come along themselves`,
      request: creationOf({ containers }, kind),
      expected: unchanged,
    })),
  {
    name: 'a kind of another group that is called Pod',
    request: admissionRequest({
      object: { apiVersion: 'example.com/v1', kind: 'Pod', spec: { containers } },
    }),
    expected: unchanged,
  },
];

const tables: PolicyTables = {
  cases,
  settings: [
    { name: 'none', settings: {}, valid: true },
    { name: 'a number', settings: { ndots: 5 }, valid: true },
    { name: 'no dot', settings: { ndots: 0 }, valid: true },
    { name: 'fields that nobody knows', settings: { something: 'else' }, valid: true },
    {
      name: 'a negative number',
      settings: { ndots: -1 },
      valid: false,
      message: /^ndots must be a whole number that is not negative: /,
    },
    { name: 'a fraction', settings: { ndots: 1.5 }, valid: false, message: /whole number/ },
    { name: 'a text', settings: { ndots: '1' }, valid: false, message: /whole number/ },
  ],
};

export default tables;
