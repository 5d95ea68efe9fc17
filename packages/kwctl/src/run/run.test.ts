import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { annotateModule, readMetadata } from '@kubewarden/policy';
import { describe, expect, test } from 'vitest';
import { file, guest, kwctl, temporaryFolder } from '../testing/kwctl.ts';

interface Case {
  readonly request: unknown;
  readonly allowed: boolean;
  readonly message?: string;
  readonly patch?: unknown;
  readonly warnings?: readonly string[];
}

interface Guest {
  readonly name: string;
  readonly module: string;
  readonly executionMode: string;
  readonly policyType?: string;
  readonly settings: object;
  readonly invalidSettings?: readonly { settings: unknown; message?: string; messageContains?: string }[];
  readonly contextAwareResources?: readonly object[];
  readonly session?: string;
  readonly cases: readonly Case[];
}

const guests = JSON.parse(readFileSync(guest('catalogue.json'), 'utf8')) as readonly Guest[];
const privileged = guest('rust/pod-privileged.wasm');
const contextAware = guest('rust/context-aware.wasm');
const request = (name: string): string => guest(`requests/${name}.json`);
const lines = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

function requestFile({ request: named }: Case, raw: boolean): string {
  if (typeof named !== 'string') return file('request.json', JSON.stringify(named));
  if (!raw) return request(named);
  const { request: body } = JSON.parse(readFileSync(request(named), 'utf8')) as { request: unknown };
  return file('request.json', JSON.stringify(body));
}

const isRaw = (policy: Guest): boolean => policy.policyType === 'raw';

function run(policy: Guest, tested: Case, settings: unknown) {
  return kwctl([
    'run',
    '-r',
    requestFile(tested, isRaw(policy)),
    ...(isRaw(policy) ? ['--raw'] : []),
    ...(policy.session === undefined
      ? []
      : ['--replay-host-capabilities-interactions', guest(`requests/${policy.session}`)]),
    ...(policy.contextAwareResources === undefined ? [] : ['--allow-context-aware']),
    '--settings-json',
    JSON.stringify(settings),
    guest(policy.module),
  ]);
}

const verdicts = guests.flatMap((policy) =>
  policy.cases.map((tested) => [policy.name, JSON.stringify(tested.request), policy, tested] as const),
);

test.each(verdicts)('%s judges %s', async (_name, _request, policy, expected) => {
  const { code, stdout } = await run(policy, expected, policy.settings);
  expect(code).toBe(0);
  const [response] = lines(stdout);
  expect(response).toMatchObject({
    allowed: expected.allowed,
    ...(expected.message === undefined ? {} : { status: { message: expected.message } }),
    warnings: expected.warnings ?? null,
  });
  const { patch } = response as { patch?: string };
  expect(patch && (JSON.parse(Buffer.from(patch, 'base64').toString()) as unknown)).toEqual(expected.patch);
});

const wrongSettings = guests.flatMap((policy) =>
  (policy.invalidSettings ?? []).map(
    ({ settings, message, messageContains }) =>
      [policy.name, settings, policy, message ?? '', messageContains ?? ''] as const,
  ),
);

test.each(wrongSettings)('%s refuses the settings %j', async (_name, settings, policy, message, part) => {
  const { code, stdout, stderr } = await run(policy, policy.cases[0]!, settings);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(`Error: Provided settings are not valid: ${message}`);
  expect(stderr).toContain(part);
});

test('the answer is one line of JSON, nothing is on stderr, and a rejection is no failure', async () => {
  expect(await kwctl(['run', '-r', request('pod-privileged'), privileged])).toEqual({
    code: 0,
    stdout:
      '{"uid":"0f5a7b62-3c1d-4e88-9a10-000000000002","allowed":false,"status":{"message":"Privileged container is not allowed"},"auditAnnotations":null,"warnings":null}\n',
    stderr: '',
  });
});

test('the request may come from standard input', async () => {
  const stdin = readFileSync(request('pod-plain'), 'utf8');
  const { stdout } = await kwctl(['run', '-r', '-', privileged], { stdin });
  expect(lines(stdout)).toMatchObject([{ allowed: true }]);
});

describe('additions', () => {
  test.each([
    ['pod-privileged', 1],
    ['pod-plain', 0],
  ])('--fail-on-rejection with %s exits with %i', async (name, code) => {
    expect((await kwctl(['run', '--fail-on-rejection', '-r', request(name), privileged])).code).toBe(code);
  });

  test('-o pretty shows the verdict and a decoded patch', async () => {
    const { stdout } = await kwctl([
      'run',
      '-o',
      'pretty',
      '-r',
      request('service-cluster-ip'),
      '--settings-json',
      '{"requiredAnnotations":{"example.com/cat":"felix"}}',
      guest('go/required-annotations.wasm'),
    ]);
    expect(stdout).toContain('✔ allowed');
    expect(stdout).toContain('    add     /metadata/annotations {"example.com/cat":"felix"}\n');
  });

  test('-o yaml', async () => {
    const { stdout } = await kwctl(['run', '-o', 'yaml', '-r', request('pod-privileged'), privileged]);
    expect(stdout).toContain(
      'allowed: false\nstatus:\n  message: "Privileged container is not allowed"\nauditAnnotations: null\n',
    );
  });
});

describe('execution mode', () => {
  const gatekeeper = guest('rego/gatekeeper.wasm');
  test.each([
    ['gatekeeper', gatekeeper, 0, ''],
    ['kubewarden', privileged, 0, ''],
    ['kubewarden-wapc', privileged, 0, ''],
    ['opa', gatekeeper, 1, "different from the one reported inside of policy's metadata"],
    ['opa', privileged, 1, "different from the one reported inside of policy's metadata"],
    ['lua', privileged, 2, "invalid value 'lua' for '--execution-mode <MODE>'"],
  ])('-e %s', async (mode, module, code, message) => {
    const outcome = await kwctl(['run', '-e', mode, '-r', request('pod-plain'), module]);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(message);
  });
});

/** A module whose metadata no reader finds. */
function unannotated(module: string): string {
  const bytes = readFileSync(guest(module));
  bytes.write('_', bytes.lastIndexOf('io.kubewarden.metadata'));
  return file('policy.wasm', bytes);
}

describe('execution mode of a module without metadata', () => {
  const createdWithRego = 'The policy has been created with Rego, ';
  test.each([
    ['rust/pod-privileged.wasm', [], ''],
    ['rust/pod-privileged.wasm', ['-e', 'opa'], 'The policy has not been created with Rego, '],
    ['rego/gatekeeper.wasm', [], `${createdWithRego}please specify which Opa runtime has to be used`],
    ['rego/gatekeeper.wasm', ['-e', 'gatekeeper'], ''],
    ['rego/gatekeeper.wasm', ['-e', 'wasi'], createdWithRego],
    ['c/host-network.wasm', ['-e', 'wasi'], ''],
  ])('%s %j', async (module, mode, message) => {
    const outcome = await kwctl(['run', ...mode, '-r', request('pod-plain'), unannotated(module)]);
    expect(outcome.stderr).toContain(message);
    expect(outcome.code).toBe(message === '' ? 0 : 1);
    if (message === '') expect(lines(outcome.stdout)).toMatchObject([{ allowed: true }]);
  });
});

test.each([
  ['1.38.7', 0, ''],
  [
    '1.39.0-rc1',
    1,
    "Error: Policy required Kubewarden version 1.39.0 or greater. But it's running on 1.38.0\n",
  ],
])('a policy that requires Kubewarden %s', async (minimumKubewardenVersion, code, stderr) => {
  const bytes = readFileSync(privileged);
  const metadata = { ...readMetadata(bytes)!, minimumKubewardenVersion };
  const policy = file('policy.wasm', annotateModule(bytes, metadata));
  expect(await kwctl(['run', '-r', request('pod-plain'), policy])).toMatchObject({ code, stderr });
});

describe('access of a policy to the host', () => {
  const session = guest('requests/customer-1.session.yml');
  const replay = ['run', '-r', request('deployment'), '--replay-host-capabilities-interactions', session];
  const verdict = async (...words: string[]) => {
    const outcome = await kwctl([...replay, ...words]);
    return { ...outcome, response: lines(outcome.stdout)[0] as { allowed: boolean } };
  };

  test('a recorded session stands in for the cluster', async () => {
    const { response, stderr } = await verdict('--allow-context-aware', contextAware);
    expect(response.allowed).toBe(true);
    expect(stderr).toContain('host capabilities proxy enabled with replay mode');
  });

  test('resources are granted only on request, and the user is told', async () => {
    const { response, stdout, stderr } = await verdict(contextAware);
    expect(response.allowed).toBe(false);
    expect(stdout).toContain('has not been granted access to Kubernetes v1/Namespace resources');
    expect(stderr).toContain('--allow-context-aware');
    // a call that was refused takes nothing from the session
    expect(stderr).toContain('Some of the recorded exchanges have not been replayed');
  });

  test.each([
    [['--allowed-host-capabilities', '--allow-context-aware', contextAware], false],
    [['--allow-context-aware', '--allowed-host-capabilities', 'oci/*', 'net/*', '--', contextAware], false],
    [
      ['--allow-context-aware', '--allowed-host-capabilities', 'oci/*,kubernetes/*', '--', contextAware],
      true,
    ],
    [['--allow-context-aware', '--allowed-host-capabilities', 'kubernetes/*', contextAware], true],
  ])('%j', async (words, allowed) => {
    const { response, stdout } = await verdict(...words);
    expect(response.allowed).toBe(allowed);
    if (!allowed) expect(stdout).toContain('has not been granted access');
  });

  test('without metadata nothing can be granted', async () => {
    const { stdout, stderr } = await verdict('--allow-context-aware', unannotated('rust/context-aware.wasm'));
    expect(stdout).toContain('has not been granted access to Kubernetes v1/Namespace resources');
    expect(stderr).toContain('INFO kwctl::run: Policy is not annotated, access to Kubernetes resources');
  });

  test('a digest after the patterns is the policy', async () => {
    const { code, stderr } = await kwctl([...replay, '--allowed-host-capabilities', 'net/*', '0badf00d']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Error: Cannot find policy with uri: 0badf00d\n',
    });
  });

  test.each([
    ['oci*', "must be the entire last path segment (e.g. 'oci/*')"],
    ['oci/v99/verify', 'unknown segment "v99", valid options at this level are: v1, v2'],
    ['oci/v1', 'not a complete capability path; use "oci/v1/*"'],
  ])('the pattern %s is refused', async (pattern, message) => {
    const { code, stderr } = await kwctl([
      'run',
      '--allowed-host-capabilities',
      pattern,
      '-r',
      request('pod-plain'),
      privileged,
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('Error: Invalid host capabilities pattern: ');
    expect(stderr).toContain(message);
  });

  test.each([
    ['missing.yml', undefined, 'Cannot open host capabilities interactions file'],
    ['broken.yml', 'type: [', 'cannot deserialize contents of'],
  ])('a session that is %s ends the run before it begins', async (name, content, message) => {
    const path = content === undefined ? `/nowhere/${name}` : file(name, content);
    const { code, stdout, stderr } = await kwctl([
      'run',
      '-r',
      request('pod-plain'),
      '--replay-host-capabilities-interactions',
      path,
      privileged,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('what was recorded can be replayed', async () => {
    const recorded = file('session.yml', '');
    const first = await kwctl([
      'run',
      '-r',
      request('pod-plain'),
      '--record-host-capabilities-interactions',
      recorded,
      privileged,
    ]);
    expect(first.stderr).toContain('Context aware session saved to file');
    const second = await kwctl([
      'run',
      '-r',
      request('pod-plain'),
      '--replay-host-capabilities-interactions',
      recorded,
      privileged,
    ]);
    expect(second.stdout).toBe(first.stdout);
  });
});

describe('nothing runs unverified against the wish of the user', () => {
  const words = ['run', '-r', request('pod-plain'), privileged];
  const config = 'apiVersion: v1\nallOf:\n- kind: githubAction\n  owner: acme\n';

  test.each([
    [['-k', 'cosign.pub']],
    [['--github-owner', 'acme']],
    [['--cert-email', 'a@b', '--cert-oidc-issuer', 'https://issuer.example']],
    [['--verification-config-path', file('verification.yml', config)]],
  ])('%j', async (flags) => {
    const { code, stdout, stderr } = await kwctl([...words, ...flags]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('cannot verify any');
  });
});

test('a default verification file lets local files run with a warning, and nothing else', async () => {
  const home = temporaryFolder();
  mkdirSync(join(home, 'kubewarden'));
  const config = 'apiVersion: v1\nallOf:\n- kind: githubAction\n  owner: acme\n';
  writeFileSync(join(home, 'kubewarden', 'verification-config.yml'), config);
  const words = ['run', '-r', request('pod-plain')];
  const surroundings = { environment: { XDG_CONFIG_HOME: home } };
  const local = await kwctl([...words, privileged], surroundings);
  expect(lines(local.stdout)).toMatchObject([{ allowed: true }]);
  expect(local.stderr).toContain('is run unverified');
  const remote = await kwctl([...words, 'https://127.0.0.1:1/policy.wasm'], surroundings);
  expect(remote).toMatchObject({ code: 1, stdout: '' });
  expect(remote.stderr).toContain('cannot verify any');
});

test.each([
  ['not-json', '{', 'not-json'],
  ['a list', '[]', 'Invalid request object'],
  ['an empty review', '{"kind":"AdmissionReview"}', 'invalid AdmissionReview object'],
  ['no request', '{"uid":"1"}', 'cannot build AdmissionRequest object from given input: missing field'],
])('a request that is %s is refused', async (_what, content, message) => {
  const { code, stdout, stderr } = await kwctl(['run', '-r', file('not-json', content), privileged]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^Error: /);
  expect(stderr).toContain(message);
});
