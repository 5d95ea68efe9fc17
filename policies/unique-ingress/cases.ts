import type { AdmissionRequest, KubernetesObject } from '@kubewarden/policy-sdk';
import {
  admissionRequest,
  recordedSession,
  type PolicyCase,
  type TestHost,
} from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';

const session = (name: string): TestHost =>
  recordedSession(new URL(`sessions/${name}.session.yml`, import.meta.url));

/**
 * Ingresses are there for shop.example.com and www.example.com (shop in the namespace shop), feed.example.com (shop in
 * blog), blog.example.com (blog in blog), and two for no host in particular.
 */
const cluster = session('cluster');

const ingress = (spec: unknown, name = 'new', namespace = 'shop'): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace },
  spec,
});
const rulesFor = (...hosts: string[]): object => ({
  rules: hosts.map((host) => ({ host, http: { paths: [{ path: '/', pathType: 'Prefix' }] } })),
});
const creationFor = (...hosts: string[]): AdmissionRequest =>
  admissionRequest({ object: ingress(rulesFor(...hosts)) });

const accepted = { accepted: true } as const;
const rejected = (...hosts: string[]): PolicyCase['expected'] => ({
  accepted: false,
  message: hosts.map((host) => `ingress host conflicts with an existing ingress <${host}>`).join(', '),
});

const cases: PolicyCase[] = [
  {
    name: 'another Ingress whose rules cannot be read',
    request: creationFor('new.example.com'),
    host: { 'kubernetes/list_resources_all': () => ({ items: [ingress({ rules: 'none' }, 'odd')] }) },
    expected: { accepted: false, code: 500, message: /the rules of shop\/odd are no list of rules/ },
  },
  {
    name: 'a spec that is no object',
    request: admissionRequest({ object: ingress('none') }),
    host: cluster,
    expected: { accepted: false, code: 400 },
  },
  {
    name: 'original: a host that nobody has',
    request: creationFor('new.example.com'),
    host: cluster,
    expected: accepted,
  },
  {
    name: 'the first Ingress of a cluster',
    request: creationFor('shop.example.com'),
    host: session('empty'),
    expected: accepted,
  },
  {
    name: 'original: a host that another one has',
    request: creationFor('shop.example.com'),
    host: cluster,
    expected: rejected('shop.example.com'),
  },
  {
    name: 'a host that one in another namespace has',
    request: creationFor('blog.example.com'),
    host: cluster,
    expected: rejected('blog.example.com'),
  },
  {
    name: 'some of several hosts, and twice the same',
    request: creationFor('www.example.com', 'new.example.com', 'feed.example.com', 'www.example.com'),
    host: cluster,
    expected: rejected('feed.example.com', 'www.example.com'),
  },
  {
    name: 'the same host several times, by one Ingress',
    request: creationFor('new.example.com', 'new.example.com'),
    host: cluster,
    expected: accepted,
  },
  {
    name: 'a wildcard is a host like others',
    request: creationFor('*.example.com'),
    host: cluster,
    expected: accepted,
  },
  {
    name: 'part of the name of a host',
    request: creationFor('example.com', 'shop.example.com.evil.example'),
    host: cluster,
    expected: accepted,
  },
  {
    name: 'an update of the one that has the host',
    request: admissionRequest({
      operation: 'UPDATE',
      object: ingress(rulesFor('shop.example.com', 'new.example.com'), 'shop'),
      oldObject: ingress(rulesFor('shop.example.com'), 'shop'),
    }),
    host: cluster,
    expected: accepted,
  },
  {
    name: 'an update to a host that another one has',
    request: admissionRequest({
      operation: 'UPDATE',
      object: ingress(rulesFor('blog.example.com'), 'shop'),
      oldObject: ingress(rulesFor('shop.example.com'), 'shop'),
    }),
    host: cluster,
    expected: rejected('blog.example.com'),
  },
  {
    name: 'one of the same name in another namespace',
    request: admissionRequest({ object: ingress(rulesFor('shop.example.com'), 'shop', 'blog') }),
    host: cluster,
    expected: rejected('shop.example.com'),
  },
  {
    name: 'an update whose namespace only the request has',
    request: admissionRequest({
      operation: 'UPDATE',
      name: 'shop',
      namespace: 'shop',
      object: { ...ingress(rulesFor('shop.example.com')), metadata: {} },
    }),
    host: cluster,
    expected: accepted,
  },
  {
    name: 'one whose name is yet to be made',
    request: admissionRequest({
      object: {
        ...ingress(rulesFor('shop.example.com')),
        metadata: { generateName: 'shop-', namespace: 'shop' },
      },
    }),
    host: cluster,
    expected: rejected('shop.example.com'),
  },
  {
    name: 'a version of old',
    request: admissionRequest({
      object: { ...ingress(rulesFor('shop.example.com')), apiVersion: 'extensions/v1beta1' },
    }),
    host: cluster,
    expected: rejected('shop.example.com'),
  },
  ...[
    undefined,
    {},
    { rules: null },
    { rules: [] },
    { rules: [{}] },
    rulesFor(''),
    { defaultBackend: {} },
  ].map((spec): PolicyCase => ({
    name: `no host needs no cluster: ${JSON.stringify(spec)}`,
    request: admissionRequest({ object: ingress(spec) }),
    expected: accepted,
  })),
  {
    name: 'a deletion',
    request: admissionRequest({ operation: 'DELETE', oldObject: ingress(rulesFor('shop.example.com')) }),
    expected: accepted,
  },
  {
    name: 'another kind',
    request: admissionRequest({
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'shop' },
        spec: rulesFor('shop.example.com'),
      },
    }),
    expected: accepted,
  },
  {
    name: 'an Ingress of somebody else',
    request: admissionRequest({
      object: { ...ingress(rulesFor('shop.example.com')), apiVersion: 'example.com/v1' },
    }),
    expected: accepted,
  },
  ...[{ rules: 'all' }, { rules: [{ host: 1 }] }].map((spec): PolicyCase => ({
    name: `rules without shape: ${JSON.stringify(spec)}`,
    request: admissionRequest({ object: ingress(spec) }),
    expected: {
      accepted: false,
      message: 'request.object.spec.rules must be a list of rules',
    },
  })),
  {
    name: 'a cluster that does not answer',
    request: creationFor('new.example.com'),
    host: session('unreachable'),
    expected: {
      accepted: false,
      code: 500,
      message: /^the Ingresses of the cluster are not known: .*cannot list networking\.k8s\.io\/v1\/Ingress/,
    },
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
