import { admissionRequest, type HostAnswers, type PolicyCase } from '@kubewarden/policy-sdk/testing';
import type { PolicyTables } from '../testing/tables.ts';

const deployment = (replicas: number): PolicyCase['request'] =>
  admissionRequest({
    object: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'nginx', namespace: 'default' },
      spec: { replicas },
    },
  });

const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'default', labels: { team: 'web' } },
};
const variables = [
  { name: 'deploymentSpec', expression: 'object.spec' },
  { name: 'replicas', expression: 'variables.deploymentSpec.replicas' },
  { name: 'namespaceName', expression: 'namespaceObject.metadata.name' },
];
const atMost = (limit: string): string =>
  `'Deployment: ' + object.metadata.name + ', namespace: ' + variables.namespaceName + ' - replicas must be no greater than ' + string(${limit})`;

const fixed = {
  variables: [...variables, { name: 'maxReplicas', expression: '50' }],
  validations: [
    {
      expression: 'variables.replicas <= variables.maxReplicas',
      messageExpression: atMost('variables.maxReplicas'),
      reason: 'Unauthorized',
    },
  ],
};
const host = { 'kubernetes/get_resource': namespace } as const;

/** Settings as operators write them for the original policy: keys are matched without regard to case. */
const withParams = (reference: object): object => ({
  variables,
  paramKind: { APIVersion: 'v1', Kind: 'ConfigMap' },
  paramRef: { Namespace: 'default', ParameterNotFoundAction: 'Deny', ...reference },
  validations: [
    {
      expression: 'variables.replicas <= int(params.data.maxreplicas)',
      messageExpression: atMost('params.data.maxreplicas'),
      reason: 'Unauthorized',
    },
  ],
});
const selector = { Selector: { matchLabels: { app: 'my-app' } } };
const configMap = (maxreplicas: string): { apiVersion: 'v1'; kind: 'ConfigMap'; data: object } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  data: { maxreplicas },
});
const hostWithParams = (...maxima: string[]): HostAnswers => ({
  'kubernetes/get_resource': ({ kind }) => (kind === 'Namespace' ? namespace : configMap(maxima[0]!)),
  'kubernetes/list_resources_by_namespace': { items: maxima.map(configMap) },
});
const noParams = 'failed to get params for performing policy evaluation: no parameters found';
const tooMany = (limit: number): PolicyCase['expected'] => ({
  accepted: false,
  code: 401,
  message: `Deployment: nginx, namespace: default - replicas must be no greater than ${limit}`,
});

const expressions = (...list: string[]): object => ({
  validations: list.map((expression) => ({ expression })),
});

const cases: PolicyCase[] = [
  { name: 'few replicas', request: deployment(50), settings: fixed, host, expected: { accepted: true } },
  { name: 'too many replicas', request: deployment(51), settings: fixed, host, expected: tooMany(50) },
  {
    name: 'too many for the parameter of a name',
    request: deployment(51),
    settings: withParams({ Name: 'my-config' }),
    host: hostWithParams('50'),
    expected: tooMany(50),
  },
  {
    name: 'few enough for the parameter of a name',
    request: deployment(50),
    settings: withParams({ Name: 'my-config' }),
    host: hostWithParams('50'),
    expected: { accepted: true },
  },
  {
    name: 'too many for one of the parameters with a label',
    request: deployment(51),
    settings: withParams(selector),
    host: hostWithParams('40', '50'),
    expected: tooMany(40),
  },
  {
    name: 'no parameters with a label',
    request: deployment(51),
    settings: withParams(selector),
    host: hostWithParams(),
    expected: { accepted: false, code: 400, message: noParams },
  },
  {
    name: 'no parameters, which is ignored',
    request: deployment(51),
    settings: { failurePolicy: 'Ignore', ...withParams(selector) },
    host: hostWithParams(),
    expected: { accepted: true },
  },
  {
    name: 'no parameters, which is allowed',
    request: deployment(51),
    settings: withParams({ ...selector, ParameterNotFoundAction: 'Allow' }),
    host: hostWithParams(),
    expected: { accepted: true },
  },
  {
    name: 'a validation without message',
    request: deployment(3),
    settings: expressions('true', '  object.spec.replicas < 3 '),
    expected: { accepted: false, code: 400, message: 'failed expression: object.spec.replicas < 3' },
  },
  {
    name: 'a deletion',
    request: admissionRequest({ operation: 'DELETE', oldObject: { kind: 'Pod', metadata: { name: 'a' } } }),
    settings: expressions(
      "object == null && oldObject.metadata.name == 'a' && request.operation == 'DELETE'",
    ),
    expected: { accepted: true },
  },
  {
    name: 'functions of Kubernetes and of the language',
    request: deployment(3),
    settings: expressions(
      "quantity('1Ki').isGreaterThan(quantity('1k')) && url('https://a:1/').getPort() == '1'",
      "[1, 2].sum() == 3 && 'a1'.find('[0-9]') == '1' && sets.contains([1, 2], [1])",
      "object.?spec.?paused.orValue(true) && 'a,b'.split(',').join('') == 'ab' && base64.encode(b'a') == 'YQ=='",
    ),
    expected: { accepted: true },
  },
  {
    name: 'a signature that is asked for',
    request: deployment(3),
    settings: expressions("kw.sigstore.image('nginx').githubAction('octocat').verify().isTrusted()"),
    host: { 'oci/v2/verify': { is_trusted: false, digest: '' } },
    expected: { accepted: false, message: /^failed expression: kw\.sigstore/ },
  },
  {
    name: 'resources and addresses that are asked for',
    request: deployment(3),
    settings: expressions(
      "kw.k8s.apiVersion('v1').kind('ConfigMap').namespace('default').list().items.size() == 2",
      "kw.net.lookupHost('example.com') == ['192.0.2.1']",
    ),
    host: { ...hostWithParams('1', '2'), 'net/v1/dns_lookup_host': { ips: ['192.0.2.1'] } },
    expected: { accepted: true },
  },
];

const tables: PolicyTables = {
  cases,
  settings: [
    { name: 'variables and validations', settings: fixed, valid: true },
    { name: 'parameters', settings: withParams(selector), valid: true },
    {
      name: 'none',
      settings: {},
      valid: false,
      message:
        'The settings are invalid: 1 error occurred:\n\t* validations: Required value: validations must contain at least one item\n\n',
    },
    {
      name: 'an expression that mixes types',
      settings: expressions("'a' + 1 == 'b'"),
      valid: false,
      message: /found no matching overload for '_\+_' applied to '\(string, int\)'/,
    },
    {
      name: 'an expression of another type',
      settings: expressions('1 + 1'),
      valid: false,
      message: /validations\[0\]\.expression: Invalid value: "1 \+ 1": must evaluate to bool:/,
    },
    {
      name: 'a variable that comes later',
      settings: { variables: variables.toReversed(), ...expressions('true') },
      valid: false,
      message: /undefined field 'deploymentSpec'/,
    },
  ],
};

export default tables;
