import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { file, guest, kwctl } from '../testing/kwctl.ts';
import { request, responses } from '../testing/modules.ts';

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
  const [response] = responses(stdout);
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
  expect(responses(stdout)).toMatchObject([{ allowed: true }]);
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
