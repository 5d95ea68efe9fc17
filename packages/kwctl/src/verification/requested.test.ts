import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../command-line/parse.ts';
import { kwctl } from '../commands/tree.ts';
import { CliError } from '../terminal/cli-error.ts';
import { file, guest, kwctl as runKwctl, temporaryFolder } from '../testing/kwctl.ts';
import { readRequestedVerification, type RequestedVerification } from './requested.ts';

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const keyFile = file('cosign.pub', pem);
const githubConfig = 'apiVersion: v1\nallOf:\n- kind: githubAction\n  owner: acme\n';

async function request(
  flags: readonly string[],
  environment: Readonly<Record<string, string>> = { XDG_CONFIG_HOME: temporaryFolder() },
): Promise<{ requested: RequestedVerification | undefined; lines: string[] }> {
  const parsed = await parseCommandLine(kwctl, ['verify', ...flags, 'registry://example.com/p:v1']);
  if (parsed.kind !== 'run') throw new TypeError(parsed.kind);
  const lines: string[] = [];
  const requested = await readRequestedVerification(
    parsed.options,
    environment,
    (level, _target, message) => {
      lines.push(`${level}: ${message}`);
    },
  );
  return { requested, lines };
}

/** A configuration folder with a default file. */
function withDefault(content: string): Readonly<Record<string, string>> {
  const home = temporaryFolder();
  mkdirSync(join(home, 'kubewarden'));
  writeFileSync(join(home, 'kubewarden', 'verification-config.yml'), content);
  return { XDG_CONFIG_HOME: home };
}

test('without flags and default file nothing is verified', async () => {
  expect(await request([])).toEqual({ requested: undefined, lines: [] });
  expect((await request(['--sigstore-trust-config', 'trust.json'])).requested).toBeUndefined();
});

describe('flags are requirements, all of which have to be met', () => {
  test.each([
    [['-k', keyFile], [{ kind: 'pubKey', key: pem }]],
    [
      ['-k', keyFile, '-a', 'env=prod', '-a', 'note=a=b', '--verification-key', keyFile],
      [
        { kind: 'pubKey', key: pem, annotations: { env: 'prod', note: 'a=b' } },
        { kind: 'pubKey', key: pem, annotations: { env: 'prod', note: 'a=b' } },
      ],
    ],
    [
      ['--cert-email', 'jane@example.com', '--cert-oidc-issuer', 'https://issuer.example'],
      [{ kind: 'genericIssuer', issuer: 'https://issuer.example', subject: { equal: 'jane@example.com' } }],
    ],
    [['--github-owner', 'acme'], [{ kind: 'githubAction', owner: 'acme' }]],
    [
      ['--github-owner', 'acme', '--github-repo', 'demo', '-a', 'env=prod', '-k', keyFile],
      [
        { kind: 'pubKey', key: pem, annotations: { env: 'prod' } },
        { kind: 'githubAction', owner: 'acme', repo: 'demo', annotations: { env: 'prod' } },
      ],
    ],
  ])('%j', async (flags, allOf) => {
    expect((await request(flags)).requested).toEqual({ config: { allOf }, explicit: true });
  });
});

describe('flags that do not go together are refused, the first problem being told', () => {
  const config = file('verification.yml', githubConfig);
  const unreadable = 'could not read file /nowhere.pub: No such file or directory (os error 2)';
  test.each([
    [
      ['-a', 'env=prod'],
      'Intending to verify annotations, but no verification keys, OIDC issuer or GitHub owner were passed',
    ],
    [
      ['-a', 'env=prod', '--github-repo', 'demo'],
      'Intending to verify annotations, but no verification keys, OIDC issuer or GitHub owner were passed',
    ],
    [
      ['--github-repo', 'demo', '-k', '/nowhere.pub'],
      'Intending to verify GitHub actions signature, but the repository owner is missing.',
    ],
    [
      ['--cert-email', 'a@example.com', '-k', '/nowhere.pub'],
      'Intending to verify OIDC issuer, but no email or issuer were provided. You must pass the email and OIDC issuer to be validated together ',
    ],
    [['-k', '/nowhere.pub', '--verification-config-path', config], unreadable],
    [
      ['-k', keyFile, '--verification-config-path', config],
      'verification-config-path cannot be used in conjunction with other verification flags',
    ],
    [['-k', keyFile, '-a', 'prod'], "'prod' is no annotation: KEY=VALUE is expected"],
    [['-k', keyFile, '-a', '=prod'], "'=prod' is no annotation: KEY=VALUE is expected"],
  ])('%j', async (flags, message) => {
    await expect(request(flags)).rejects.toThrow(new CliError(message));
  });

  test.each([
    ['a private key', key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['another text', 'no key'],
  ])('a key file that holds %s', async (_what, content) => {
    const path = file('wrong.pub', content);
    await expect(request(['-k', path])).rejects.toThrow(
      `key verification failure: ${path} holds no public key in PEM format`,
    );
  });
});

describe('files', () => {
  const requirement = { kind: 'githubAction', owner: 'acme' };

  test('the one that is named counts, not the default', async () => {
    const path = file('verification.yml', githubConfig.replace('acme', 'other'));
    const { requested, lines } = await request(
      ['--verification-config-path', path],
      withDefault(githubConfig),
    );
    expect(requested).toMatchObject({ config: { allOf: [{ owner: 'other' }] }, explicit: true });
    expect(lines).toEqual([]);
  });

  test('the default is used where it exists, and that is said', async () => {
    const { requested, lines } = await request([], withDefault(githubConfig));
    expect(requested).toMatchObject({ config: { allOf: [requirement] }, explicit: false });
    expect(lines).toEqual(['info: Default verification config present, using it']);
  });

  test('one that cannot be read is never passed over', async () => {
    await expect(request(['--verification-config-path', '/nowhere.yml'])).rejects.toThrow(
      'failed to read verification file: No such file or directory (os error 2)',
    );
    await expect(request([], withDefault('allOf: ['))).rejects.toThrow('verification-config.yml');
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'kubewarden/verification-config.yml'), { recursive: true });
    await expect(request([], { XDG_CONFIG_HOME: folder })).rejects.toThrow(
      'failed to read verification file',
    );
  });
});

describe('local files cannot be signed', () => {
  const words = ['run', '-r', guest('requests/pod-plain.json'), guest('rust/pod-privileged.wasm')];

  test.each([
    [['-k', keyFile]],
    [['--github-owner', 'acme']],
    [['--verification-config-path', file('verification.yml', githubConfig)]],
  ])('and are refused where that is asked for: %j', async (flags) => {
    const { code, stdout, stderr } = await runKwctl([...words, ...flags]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Error: Policy file:\/\/.* cannot be validated\nInvalid OCI image reference: /);
  });

  test('and pass with a warning where only the default file asks for it', async () => {
    const environment = withDefault(githubConfig);
    const local = await runKwctl(words, { environment });
    expect(local.stdout).toContain('"allowed":true');
    expect(local.stderr).toContain('is used unverified');
    const web = await runKwctl([...words.slice(0, 3), 'https://127.0.0.1:1/policy.wasm'], { environment });
    expect(web).toMatchObject({ code: 1, stdout: '' });
    expect(web.stderr).toContain('https://127.0.0.1:1/policy.wasm cannot be validated');
  });
});

test('verify wants to know what to verify', async () => {
  expect(await runKwctl(['verify', 'example.com/p:v1'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'Error: could not retrieve sigstore options\n',
  });
  // Here nothing passes with a warning: verifying is all that was asked for.
  const { code, stderr } = await runKwctl(['verify', 'file:///p.wasm'], {
    environment: withDefault(githubConfig),
  });
  expect(code).toBe(1);
  expect(stderr).toContain('Policy file:///p.wasm cannot be validated');
});
