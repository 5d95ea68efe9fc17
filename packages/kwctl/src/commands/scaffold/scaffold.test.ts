import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMetadata, type Metadata } from '@kubewarden/policy';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { file, guest, kwctl, temporaryFolder } from '../../testing/kwctl.ts';
import { createArtifactHubPackage } from './artifacthub-package.ts';
import { createManifest } from './manifest.ts';

function metadata(fields: object = {}): Metadata {
  const rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] };
  const json = JSON.stringify({ rules: [rule], mutating: false, ...fields });
  return decodeMetadata(new TextEncoder().encode(json));
}

describe('manifest', () => {
  test('of a file', async () => {
    const module = guest('rust/pod-privileged.wasm');
    const { stdout, stderr } = await kwctl([
      'scaffold',
      'manifest',
      '-t',
      'ClusterAdmissionPolicy',
      '--settings-json',
      '{"a": [1]}',
      module,
    ]);
    expect(stderr).toBe('');
    expect(stdout).toBe(
      `apiVersion: policies.kubewarden.io/v1\nkind: ClusterAdmissionPolicy\nmetadata:\n  name: pod-privileged\nspec:\n` +
        `  module: file://${module}\n  settings:\n    a:\n    - 1\n  rules:\n  - apiGroups:\n    - ''\n    apiVersions:\n    - v1\n` +
        '    resources:\n    - pods\n    operations:\n    - CREATE\n    - UPDATE\n  mutating: false\n',
    );
  });

  const manifestOf = ['scaffold', 'manifest', '-t', 'AdmissionPolicy', guest('rust/pod-privileged.wasm')];

  test('settings keep their order and types, and texts stay texts for every reader of YAML', async () => {
    const { stdout } = await kwctl([...manifestOf, '--settings-json', '{"b":1.0,"a":"yes","c":[4,"0644"]}']);
    expect(stdout).toContain(
      "  settings:\n    b: 1.0\n    a: 'yes'\n    c:\n    - 4\n    - '0644'\n  rules:",
    );
    expect((await kwctl([...manifestOf, '--settings-json', 'x: on'])).stdout).toContain("    x: 'on'\n");
  });

  test.each([
    ['--settings-json', '[1]', 'Cannot parse settings --settings-json: a mapping is expected'],
    ['--settings-json', '{', 'Cannot parse settings --settings-json: '],
    ['--settings-path', '/nowhere', 'Cannot open settings file /nowhere: No such file or directory'],
  ])('%s %s is an error', async (option, value, message) => {
    const { code, stderr } = await kwctl([...manifestOf, option, value]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(`Error: ${message}`) as string,
    });
  });

  test('what cannot be verified is not pulled', async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, 'kubewarden'));
    const config = 'allOf: [{kind: githubAction, owner: acme}]\n';
    writeFileSync(join(home, 'kubewarden/verification-config.yml'), config);
    const remote = ['scaffold', 'manifest', '-t', 'AdmissionPolicy', 'https://127.0.0.1:1/p.wasm'];
    for (const run of [
      kwctl(remote, { environment: { XDG_CONFIG_HOME: home } }),
      kwctl([...remote, '--github-owner', 'acme']),
      kwctl([...manifestOf, '--github-owner', 'acme']),
    ]) {
      expect(await run).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('only policies in OCI registries can be signed') as string,
      });
    }
  });

  const options = { settings: new Map(), title: undefined, contextAware: false };
  const title = { 'io.kubewarden.policy.title': 'from-metadata' };
  const resources = [{ apiVersion: 'v1', kind: 'Namespace' }];

  test.each([
    ['the title of the metadata', { annotations: title }, options, { metadata: { name: 'from-metadata' } }],
    [
      'the title of the user',
      { annotations: title },
      { ...options, title: 'mine' },
      { metadata: { name: 'mine' } },
    ],
    [
      'severity and category',
      { annotations: { 'io.kubewarden.policy.severity': 'low', other: 'x' } },
      options,
      { metadata: { annotations: { 'io.kubewarden.policy.severity': 'low' } } },
    ],
    ['no background audit', { backgroundAudit: false }, options, { spec: { backgroundAudit: false } }],
    [
      'resources, if allowed',
      { contextAwareResources: resources },
      { ...options, contextAware: true },
      { spec: { contextAwareResources: resources } },
    ],
  ])('has %s', (_name, fields, given, expected) => {
    expect(createManifest('ClusterAdmissionPolicy', 'm', metadata(fields), given)).toMatchObject(expected);
  });

  test.each([
    [
      'resources that were not allowed',
      'ClusterAdmissionPolicy',
      { contextAwareResources: resources },
      options,
    ],
    [
      'resources in a namespaced policy',
      'AdmissionPolicy',
      { contextAwareResources: resources },
      { ...options, contextAware: true },
    ],
  ] as const)('leaves out %s', (_name, kind, fields, given) => {
    const { spec, metadata: own } = createManifest(kind, 'm', metadata(fields), given) as {
      spec: object;
      metadata: object;
    };
    expect(Object.keys(spec)).toEqual(['module', 'settings', 'rules', 'mutating']);
    expect(own).toEqual({});
  });

  test('a title that is no name is an error', () => {
    expect(() =>
      createManifest('AdmissionPolicy', 'm', metadata(), { ...options, title: 'My_policy' }),
    ).toThrow("Invalid title 'My_policy'. Must conform to RFC 1123");
  });

  test('a module without metadata is an error', async () => {
    const module = guest('rego/inventory.wasm');
    expect(await kwctl(['scaffold', 'manifest', '-t', 'AdmissionPolicy', module])).toMatchObject({
      code: 1,
      stderr: `Error: No Kubewarden metadata found inside of 'file://${module}'.\nPolicies can be annotated with the \`kwctl annotate\` command.\n`,
    });
  });
});

function vap(spec: object): string {
  const resource = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', spec };
  return file('vap.yml', JSON.stringify(resource));
}

function binding(spec: object): string {
  const resource = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'b' },
    spec,
  };
  return file('binding.yml', JSON.stringify(resource));
}

describe('vap', () => {
  const validations = [{ expression: 'object.spec.replicas <= 5' }];
  const rule = {
    apiGroups: ['apps'],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources: ['deployments'],
  };
  const matchConstraints = { resourceRules: [{ ...rule, scope: '*' }], matchPolicy: 'Exact' };
  const namespaceSelector = { matchLabels: { environment: 'test' } };

  test('becomes a ClusterAdmissionPolicy, without a word', async () => {
    const policy = vap({ failurePolicy: 'Fail', validations, matchConstraints });
    const { stdout, stderr, code } = await kwctl([
      'scaffold', 'vap', '-p', policy, '-b', binding({ matchResources: { namespaceSelector } }), '--cel-policy', 'ghcr.io/kubewarden/policies/cel-policy:v1.5.0',
    ]); // prettier-ignore
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(parse(stdout)).toEqual({
      apiVersion: 'policies.kubewarden.io/v1',
      kind: 'ClusterAdmissionPolicy',
      metadata: { name: 'b' },
      spec: {
        module: 'ghcr.io/kubewarden/policies/cel-policy:v1.5.0',
        settings: { failurePolicy: 'Fail', validations },
        rules: [rule],
        mutating: false,
        matchPolicy: 'Exact',
        namespaceSelector,
      },
    });
  });

  test('warns of the moving tag and of what is lost', async () => {
    const policy = vap({
      validations,
      matchConstraints,
      matchConditions: [{ name: 'x', expression: 'true' }],
    });
    const { stderr } = await kwctl(['scaffold', 'vap', '-p', policy, '-b', binding({})]);
    expect(stderr).toContain(
      "Using the 'latest' version of the CEL policy could lead to unexpected behavior.",
    );
    expect(stderr).toContain('matchConditions are ignored');
  });

  test.each([
    [
      'only paramKind',
      { paramKind: { kind: 'ConfigMap' }, matchConstraints },
      {},
      'Both paramKind and paramRef must be present together, or both absent',
    ],
    [
      'only paramRef',
      { matchConstraints },
      { paramRef: { name: 'x' } },
      'Both paramKind and paramRef must be present together, or both absent',
    ],
    [
      'an unknown operation',
      { matchConstraints: { resourceRules: [{ ...rule, operations: ['READ'] }] } },
      {},
      'unknown operation',
    ],
  ])('%s is an error', async (_name, spec, bindingSpec, message) => {
    const outcome = await kwctl(['scaffold', 'vap', '-p', vap(spec), '-b', binding(bindingSpec)]);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain(message);
  });

  test('both files are required, and of their kinds', async () => {
    expect(await kwctl(['scaffold', 'vap', '-p', vap({})])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('the following required arguments were not provided') as string,
    });
    expect(await kwctl(['scaffold', 'vap', '-p', binding({}), '-b', binding({})])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'cannot convert given data into a ValidatingAdmissionPolicy: #',
      ) as string,
    });
  });
});

describe('verification-config', () => {
  test('is a configuration behind a comment', async () => {
    const { stdout } = await kwctl(['scaffold', 'verification-config']);
    expect(stdout).toContain('kubewarden/verification-config.yml');
    expect(stdout).toMatch(
      /\napiVersion: v1\nallOf:\n- kind: githubAction\n  owner: kubewarden\n  repo: null\n  annotations: null\nanyOf: null\n\n$/,
    );
  });
});

describe('artifacthub', () => {
  const required = {
    'io.kubewarden.policy.version': '0.2.1',
    'io.kubewarden.policy.title': 'demo',
    'io.artifacthub.displayName': 'Demo',
    'io.kubewarden.policy.description': 'A demo',
    'io.kubewarden.policy.ociUrl': 'ghcr.io/acme/demo',
  };
  const create = (annotations: object, questions?: string): object =>
    createArtifactHubPackage(
      metadata({ annotations: { ...required, ...annotations } }),
      new Date(0),
      questions,
    );

  test('has what the metadata has', () => {
    const source = 'https://github.com/acme/demo';
    expect(
      create(
        {
          'io.artifacthub.keywords': ' foo,bar, faz fiz, baz',
          'io.kubewarden.policy.author': 'Foo <foo@example.com>,,Bar <bar@example.com>',
          'io.kubewarden.policy.source': source,
          'com.github.release.tag': 'Some/v1',
          'io.kubewarden.hidden-ui': 'true',
        },
        'questions: []\n',
      ),
    ).toEqual({
      version: '0.2.1',
      name: 'demo',
      displayName: 'Demo',
      createdAt: '1970-01-01T00:00:00.000Z',
      description: 'A demo',
      containersImages: [{ name: 'policy', image: 'ghcr.io/acme/demo:v0.2.1' }],
      keywords: ['foo', 'bar', 'faz fiz', 'baz'],
      links: [
        { name: 'policy', url: `${source}/releases/download/Some%2Fv1/policy.wasm` },
        { name: 'source', url: source },
      ],
      install:
        'The policy can be obtained using [kwctl](https://docs.kubewarden.io/howtos/install-kwctl):\n```console\nkwctl pull ghcr.io/acme/demo:v0.2.1\n```\n' +
        'Then, generate the policy manifest and tune it to your liking. For example:\n```console\nkwctl scaffold manifest -t ClusterAdmissionPolicy registry://ghcr.io/acme/demo:v0.2.1\n```\n',
      maintainers: [
        { name: 'Foo', email: 'foo@example.com' },
        { name: 'Bar', email: 'bar@example.com' },
      ],
      provider: { name: 'kubewarden' },
      recommendations: [{ url: 'https://artifacthub.io/packages/helm/kubewarden/kubewarden-controller' }],
      annotations: {
        'kubewarden/mutation': 'false',
        'kubewarden/rules':
          "- apiGroups:\n  - ''\n  apiVersions:\n  - v1\n  resources:\n  - pods\n  operations:\n  - CREATE\n",
        'kubewarden/questions-ui': 'questions: []\n',
        'kubewarden/hidden-ui': 'true',
      },
    });
  });

  test.each([
    [{ 'io.kubewarden.policy.version': 'not-semver' }, 'policy version must be in semver'],
    [
      { 'io.artifacthub.keywords': 'foo,,bar' },
      'annotation "io.artifacthub.keywords" in policy metadata is malformed, must be csv values',
    ],
    [{ 'io.kubewarden.policy.author': '' }, 'must be csv values of "name <email>"'],
    [
      { 'io.kubewarden.policy.author': 'Foo missing@chevrons.com, Bar <bar@example.com>' },
      'must be a well formed email',
    ],
    [{ 'io.kubewarden.policy.author': 'Bar <#$%#$%>' }, 'must be a well formed email'],
    [
      { 'io.kubewarden.policy.source': '@&*foo' },
      'annotation ""io.kubewarden.policy.source"" in policy metadata must be a well formed URL',
    ],
    [{ 'io.kubewarden.hidden-ui': 'maybe' }, 'must be a string "true" or "false"'],
  ])('%j is an error', (annotations, message) => {
    expect(() => create(annotations)).toThrow(message);
  });

  test.each(Object.keys(required))('%s is required', (key) => {
    const { [key as keyof typeof required]: _missing, ...rest } = required;
    expect(() => createArtifactHubPackage(metadata({ annotations: rest }), new Date(), undefined)).toThrow(
      `policy metadata must specify "${key}" in annotations`,
    );
  });

  test('is written to a file, and nothing to the terminal', async () => {
    const path = file('metadata.yml', JSON.stringify({ rules: [], mutating: false, annotations: required }));
    const output = join(temporaryFolder(), 'artifacthub-pkg.yml');
    expect(await kwctl(['scaffold', 'artifacthub', '-m', path, '-o', output])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(parse(readFileSync(output, 'utf8'))).toMatchObject({
      annotations: { 'kubewarden/rules': '[]\n' },
    });
  });
});

describe('policy', () => {
  test('is created in a new folder, in the language that was chosen', async () => {
    const folder = join(temporaryFolder(), 'policy');
    const words = [
      'scaffold',
      'policy',
      '-l',
      'gatekeeper',
      '--owner',
      'Acme',
      '--directory',
      folder,
      'demo',
    ];
    const { code, stdout, stderr } = await kwctl(words);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Created demo, a policy in Rego, as for Gatekeeper');
    expect(parse(readFileSync(join(folder, 'metadata.yml'), 'utf8'))).toMatchObject({
      executionMode: 'gatekeeper',
      annotations: { 'io.kubewarden.policy.ociUrl': 'ghcr.io/acme/policies/demo' },
    });
  });

  test.each([
    [
      ['-l', 'cobol', 'demo'],
      /^Error: there is no template for the language "cobol"; choose one of typescript, /,
    ],
    [['-l', 'opa', 'My_Policy'], /^Error: "My_Policy" cannot name a policy; .*, for example my-policy\n$/],
    [
      ['-l', 'opa', '--directory', guest('rego'), 'demo'],
      /^Error: .* is not empty: it has .*; choose another folder/,
    ],
  ])('%j is refused, with what to do instead', async (words, message) => {
    expect(await kwctl(['scaffold', 'policy', ...words])).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });
});
