import { describe, expect, test } from 'vitest';
import { file, guest, kwctl } from '../testing/kwctl.ts';

const privileged = `file://${guest('rust/pod-privileged.wasm')}`;
const annotating = `file://${guest('go/required-annotations.wasm')}`;
const contextAware = `file://${guest('rust/context-aware.wasm')}`;

/** A resource in JSON, which is YAML. */
function resource(kind: string, spec: object | undefined, name?: string): string {
  return JSON.stringify({
    apiVersion: 'policies.kubewarden.io/v1',
    kind,
    metadata: name === undefined ? {} : { name },
    ...(spec === undefined ? {} : { spec }),
  });
}

async function run(documents: readonly string[], request = 'pod-privileged', ...words: string[]) {
  const path = file('policies.yaml', documents.join('\n---\n'));
  const outcome = await kwctl(['run', '-r', guest(`requests/${request}.json`), ...words, path]);
  const responses = outcome.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { ...outcome, responses };
}

const message = 'Privileged container is not allowed';
const nulls = {
  settings: null,
  mode: null,
  message: null,
  mutating: null,
  rules: null,
  matchConditions: null,
  matchPolicy: null,
  objectSelector: null,
  backgroundAudit: null,
  failurePolicy: null,
  sideEffects: null,
  timeoutSeconds: null,
  timeoutEvalSeconds: null,
  policyServer: '',
};

describe('a policy', () => {
  test.each([
    ['AdmissionPolicy', nulls],
    ['ClusterAdmissionPolicy', { ...nulls, namespaceSelector: null, contextAwareResources: [] }],
  ])('%s as the API server hands it out, with its nulls', async (kind, fields) => {
    const { responses, stderr } = await run([resource(kind, { ...fields, module: privileged }, 'demo')]);
    expect(responses).toMatchObject([{ allowed: false, status: { message } }]);
    expect(stderr).toBe('');
  });

  test('in monitor mode the verdict goes to the log', async () => {
    const { responses, stderr } = await run([
      resource('AdmissionPolicy', { module: privileged, mode: 'monitor' }, 'demo'),
    ]);
    expect(responses).toMatchObject([{ allowed: true }]);
    expect(responses[0]).not.toHaveProperty('status');
    expect(stderr).toContain('policy evaluation (monitor mode)');
  });

  test('its own message stands before that of the module', async () => {
    const { responses } = await run([
      resource('AdmissionPolicy', { module: privileged, message: 'ask the platform team' }),
    ]);
    expect(responses).toMatchObject([
      { status: { message: 'ask the platform team', details: { causes: [{ message }] } } },
    ]);
  });

  test.each([
    [false, { allowed: false }],
    [true, { allowed: true, patchType: 'JSONPatch' }],
  ])('with mutating: %s', async (mutating, expected) => {
    const settings = { requiredAnnotations: { 'example.com/cat': 'felix' } };
    const spec = { module: annotating, mutating, settings };
    const { responses } = await run([resource('AdmissionPolicy', spec, 'demo')], 'service-cluster-ip');
    expect(responses).toMatchObject([expected]);
  });

  test('reads what its resource grants, whatever the command line says', async () => {
    const replay = [
      '--replay-host-capabilities-interactions',
      guest('requests/customer-1.session.yml'),
      '--allow-context-aware',
    ];
    const contextAwareResources = [
      { apiVersion: 'v1', kind: 'Namespace' },
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      { apiVersion: 'v1', kind: 'Service' },
    ];
    const { responses } = await run(
      [
        resource('ClusterAdmissionPolicy', { module: contextAware, contextAwareResources }),
        resource('ClusterAdmissionPolicy', { module: contextAware }),
        resource('AdmissionPolicy', { module: contextAware }),
      ],
      'deployment',
      ...replay,
    );
    expect(responses.map(({ allowed }) => allowed)).toEqual([true, false, false]);
  });
});

describe('a group', () => {
  const policies = {
    strict: { module: privileged },
    annotated: { module: annotating, settings: { requiredAnnotations: { a: 'b' } } },
  };
  const group = (expression: string): string =>
    resource('AdmissionPolicyGroup', { expression, message: 'not as it should be', policies }, 'group');

  test('names the members that were asked and did not agree', async () => {
    const { responses } = await run([group('strict() && annotated()')]);
    expect(responses).toMatchObject([
      {
        allowed: false,
        status: {
          message: 'not as it should be',
          details: { causes: [{ field: 'spec.policies.strict', message }] },
        },
      },
    ]);
  });

  test('must not mutate', async () => {
    const { stdout } = await run([group('annotated()')]);
    expect(stdout).toContain('mutation is not allowed inside of policy group');
  });

  test('is told apart from a module when a member misses resources', async () => {
    const member = { expression: 'a()', message: 'no', policies: { a: { module: contextAware } } };
    const { stdout, stderr } = await run([resource('AdmissionPolicyGroup', member)], 'deployment');
    expect(stdout).toContain('has not been granted access to Kubernetes');
    expect(stderr).toContain('list it as contextAwareResources of a cluster-wide policy');
  });

  test.each(['strict(', 'unknown()'])('with the expression %s is refused', async (expression) => {
    const { code, stdout, stderr } = await run([group(expression)]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Error: Provided settings are not valid: group: ');
  });
});

test('several documents are run one after the other', async () => {
  const { responses, stderr } = await run([
    resource('AdmissionPolicy', { module: privileged }),
    resource('ClusterAdmissionPolicy', { module: privileged, mode: 'monitor' }),
  ]);
  expect(responses.map(({ allowed }) => allowed)).toEqual([false, true]);
  expect(stderr).toContain('WARN kwctl::run: Multiple policies defined inside of the CRD file.');
});

test.each<[string, string[], string]>([
  [
    'no spec',
    [resource('AdmissionPolicy', undefined)],
    'CRD does not have spec, but it is required for AdmissionPolicy',
  ],
  ['another kind', [resource('Pod', {})], 'unknown kind Some("Pod"), not a Kubewarden policy'],
  ['another version', ['apiVersion: v1\nkind: Pod'], 'invalid apiVersion Some("v1")'],
  ['an unknown field', [resource('AdmissionPolicy', { module: privileged, mod: 1 })], 'unknown field `mod`'],
  ['no module', [resource('AdmissionPolicy', {})], 'missing field `module`'],
  [
    'resources of the cluster for a namespaced policy',
    [resource('AdmissionPolicy', { module: privileged, contextAwareResources: [] })],
    'unknown field `contextAwareResources`',
  ],
  [
    'a good document before a bad one',
    [resource('AdmissionPolicy', { module: privileged }), resource('AdmissionPolicy', {})],
    'missing field `module`',
  ],
])('%s is an error before anything runs', async (_what, documents, text) => {
  const { code, stdout, stderr } = await run(documents);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^Error: Cannot parse YAML file /);
  expect(stderr).toContain(text);
});

test('--raw is for modules', async () => {
  const { code, stderr } = await run(
    [resource('AdmissionPolicy', { module: privileged })],
    'pod-plain',
    '--raw',
  );
  expect(code).toBe(1);
  expect(stderr).toContain('The --raw option cannot be used with a YAML file: ');
});
