import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type RegistryOptions, startRegistry, type TestRegistry } from '../../tools/registries/registry.ts';
import { createWorkspace, repository, type Workspace } from './workspace.ts';

const request = join(repository, 'guests/requests/pod-privileged.json');
const module = join(repository, 'guests/rust/pod-privileged.wasm');
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** The whole way of a policy, from its author to the one who runs it, one step after the other. */
describe.each<[string, RegistryOptions]>([
  ['a plain registry', {}],
  ['a registry with TLS and passwords', { tls: true, auth: 'htpasswd' }],
  ['a registry with TLS and tokens', { tls: true, auth: 'token' }],
])('%s', (_name, options) => {
  let registry: TestRegistry;
  let author: Workspace;
  let user: Workspace;
  let uri: string;
  let annotated: string;
  let immutable: string;

  beforeAll(async () => {
    registry = await startRegistry(options);
    author = createWorkspace({ COSIGN_PASSWORD: 'correct horse' });
    user = createWorkspace();
    for (const workspace of [author, user]) {
      workspace.trust(registry);
      if (options.auth !== undefined) workspace.login(registry.host, registry.credentials);
    }
    await author.succeed('generate-key-pair');
    user.write('signer.pub', readFileSync(join(author.folder, 'cosign.pub')));
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    user.write('other.pub', other.publicKey.export({ type: 'spki', format: 'pem' }).toString());
    uri = `registry://${registry.host}/policies/pod-privileged:v1`;
    annotated = join(author.folder, 'annotated.wasm');
  });

  afterAll(async () => {
    await registry.stop();
    author.remove();
    user.remove();
  });

  test('annotate and push', async () => {
    const metadata = {
      rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
      mutating: false,
      annotations: {
        'io.kubewarden.policy.title': 'pod-privileged',
        'io.kubewarden.policy.source': 'https://example.com/acme/pod-privileged',
        'io.kubewarden.policy.usage': 'several\nlines',
      },
    };
    await author.succeed(
      'annotate',
      '-m',
      author.write('metadata.yml', JSON.stringify(metadata)),
      '-o',
      annotated,
      module,
    );
    const pushed = await author.kwctl('push', '-o', 'json', annotated, uri);
    expect(pushed.code).toBe(0);
    expect(pushed.stdout).toMatch(/^\{"immutable_ref":"[^"]+"\}$/);
    expect(pushed.stderr).toContain(
      'it will be removed from the OCI manifest annotation="io.kubewarden.policy.usage"',
    );
    immutable = (JSON.parse(pushed.stdout) as { immutable_ref: string }).immutable_ref;
    expect(immutable).toMatch(new RegExp(`^${registry.host}/policies/pod-privileged@sha256:[0-9a-f]{64}$`));
    // The same again is the same image.
    expect(await author.succeed('push', annotated, uri)).toBe(`Policy successfully pushed: ${immutable}\n`);
  });

  test('digest repeats what was typed', async () => {
    const digest = immutable.split('@')[1]!;
    expect(await user.succeed('digest', uri)).toBe(`${uri}@${digest}\n`);
    const bare = uri.slice('registry://'.length);
    expect(await user.succeed('digest', bare)).toBe(`${bare}@${digest}\n`);
    expect(JSON.parse(await user.succeed('digest', '-o', 'json', bare))).toEqual({
      uri: bare,
      digest,
      immutable_ref: immutable,
    });
  });

  test('what is not signed is neither verified nor pulled', async () => {
    for (const command of ['verify', 'pull']) {
      const { code, stdout, stderr } = await user.kwctl(command, '-k', 'signer.pub', uri);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(`Error: Policy ${uri} cannot be validated\nno signatures found for image: `);
    }
    expect(await user.succeed('policies')).toBe('');
    expect(await user.succeed('inspect', '--remote', '--show-signatures', uri)).toContain(
      '\nNo sigstore signatures found\n',
    );
  });

  test('sign', async () => {
    const signed = await author.kwctl(
      'sign',
      '--key',
      'cosign.key',
      '-a',
      'env=prod',
      '-o',
      'json',
      immutable,
    );
    expect(signed).toMatchObject({ code: 0 });
    expect(JSON.parse(signed.stdout)).toMatchObject({ immutable_ref: immutable });
  });

  test('verify', async () => {
    const verified = await user.kwctl('verify', '-k', 'signer.pub', '-a', 'env=prod', uri);
    expect(verified).toMatchObject({ code: 0, stdout: '' });
    expect(verified.stderr).toContain('Policy successfully verified');
    const json = JSON.parse(await user.succeed('verify', '-k', 'signer.pub', '-o', 'json', uri)) as object;
    expect(json).toMatchObject({ uri, immutable_ref: immutable, evidence: 'registry' });
    for (const flags of [
      ['-k', 'other.pub'],
      ['-k', 'signer.pub', '-a', 'env=dev'],
    ]) {
      const refused = await user.kwctl('verify', ...flags, uri);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toContain(
        `Error: Policy ${uri} cannot be validated\nImage verification failed: missing signatures\n`,
      );
    }
  });

  test('inspect what the registry has', async () => {
    const document = parse(
      await user.succeed('inspect', '--remote', '--show-signatures', '-o', 'yaml', uri),
    ) as Record<string, unknown>;
    expect(document).toMatchObject({
      executionMode: 'kubewarden-wapc',
      annotations: { 'io.kubewarden.policy.title': 'pod-privileged' },
      signatures: {
        schemaVersion: 2,
        layers: [{ mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json' }],
      },
    });
    const text = await user.succeed('inspect', '--remote', '--show-signatures', uri);
    expect(text).toMatch(/\nSigstore signatures\n\nDigest: /);
    expect(await user.succeed('policies')).toBe('');
  });

  test('pull', async () => {
    const pulled = await user.kwctl('pull', '-k', 'signer.pub', uri);
    expect(pulled).toMatchObject({ code: 0, stdout: '' });
    expect(pulled.stderr).toContain('Policy successfully verified');
    expect(pulled.stderr).toContain('Local file checksum verification passed');
    expect(pulled.stderr).toContain('Local checksum successfully verified');
    const [policy] = JSON.parse(await user.succeed('policies', '-o', 'json')) as {
      uri: string;
      path: string;
      sha256: string;
    }[];
    expect(policy).toMatchObject({ uri, sha256: sha256(annotated), mutating: false, context_aware: false });
    expect(sha256(policy!.path)).toBe(sha256(annotated));
    expect(await user.succeed('policies')).toContain(
      `| ${uri} | no       | no            | ${sha256(annotated).slice(0, 12)} |`,
    );
  });

  test('run, bench and scaffold by reference', async () => {
    const run = await user.kwctl('run', '-k', 'signer.pub', '-r', request, uri);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('"allowed":false');
    expect(run.stderr).toContain('Policy successfully verified');
    expect(await user.kwctl('run', '-k', 'other.pub', '-r', request, uri)).toMatchObject({
      code: 1,
      stdout: '',
    });
    expect(await user.succeed('scaffold', 'manifest', '-t', 'ClusterAdmissionPolicy', uri)).toContain(
      `\n  module: ${uri}\n`,
    );
    const quick = [
      '--warm-up-time',
      '0',
      '--measurement-time',
      '0',
      '--num-samples',
      '2',
      '--num-resamples',
      '10',
    ];
    expect(await user.succeed('bench', ...quick, '-r', request, uri)).toContain('validate warming up');
  });

  test('a manifest is scaffolded of what is not pulled yet, if it is signed', async () => {
    const words = ['scaffold', 'manifest', '-t', 'AdmissionPolicy', `registry://${immutable}`];
    const refused = await user.kwctl(...words, '-k', 'other.pub');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    const scaffolded = await user.kwctl(...words, '-k', 'signer.pub');
    expect(scaffolded.stdout).toContain(`\n  module: registry://${immutable}\n`);
    expect(scaffolded.stderr).toContain(
      `cannot find policy with uri: registry://${immutable}, trying to pull it`,
    );
    await user.succeed('rm', `registry://${immutable}`);
  });

  test('save, rm and load', async () => {
    const archive = join(user.folder, 'policies.tar.gz');
    expect(await user.succeed('save', uri, '--output', archive)).toBe('');
    expect(await user.succeed('rm', sha256(annotated).slice(0, 6))).toBe('');
    expect(await user.succeed('policies')).toBe('');
    expect(await user.succeed('load', '--input', archive)).toBe('');
    expect(await user.succeed('policies')).toContain(uri);
    rmSync(archive);
  });

  test('without network: what is stored runs, and what is signed is still known to be', async () => {
    await registry.stop();
    for (const policy of [uri, sha256(annotated).slice(0, 6)]) {
      const run = await user.kwctl('run', '-r', request, policy);
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(run.stdout).toContain('"allowed":false');
    }
    const verified = await user.kwctl('run', '-k', 'signer.pub', '-r', request, uri);
    expect(verified.code).toBe(0);
    expect(verified.stderr).toContain('Policy successfully verified');
    expect(verified.stderr).toContain('what it held when the policy was pulled was verified');
    expect(await user.kwctl('run', '-k', 'other.pub', '-r', request, uri)).toMatchObject({
      code: 1,
      stdout: '',
    });
  });
});
