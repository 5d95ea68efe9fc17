import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startReferrersRegistry, startRegistry } from '../../tools/registries/registry.ts';
import { type RunningSigstore, startTestSigstore } from '../../tools/sigstore/serve-sigstore.ts';
import { createWorkspace, repository, type Workspace } from './workspace.ts';

const module = join(repository, 'guests/rust/pod-privileged.wasm');
const request = join(repository, 'guests/requests/pod-plain.json');

/** Signed by who somebody is, rather than by a key that somebody has. */
describe.each([
  ['a registry without referrers API', startRegistry],
  ['a registry with referrers API', startReferrersRegistry],
])('keyless signatures in %s', (_name, start) => {
  let registry: { readonly host: string; stop(): Promise<void> };
  let sigstore: RunningSigstore;
  let workspace: Workspace;
  let trust: readonly string[];
  let immutable: string;

  beforeAll(async () => {
    registry = await start();
    sigstore = await startTestSigstore();
    workspace = createWorkspace();
    workspace.trust(registry);
    trust = ['--sigstore-trust-config', workspace.write('trust.json', sigstore.clientTrustConfig)];
    const pushed = await workspace.succeed('push', '-o', 'json', module, `${registry.host}/policies/demo:v1`);
    immutable = (JSON.parse(pushed) as { immutable_ref: string }).immutable_ref;
  });

  afterAll(async () => {
    await registry.stop();
    await sigstore.close();
    workspace.remove();
  });

  const services = (): string[] => ['--fulcio-url', sigstore.url, '--rekor-url', sigstore.url];

  test('a token is exchanged for a certificate, and the signature is logged', async () => {
    const token = workspace.write('token', `${sigstore.identityToken({ email: 'jane@example.com' })}\n`);
    const { code, stdout, stderr } = await workspace.kwctl(
      'sign',
      '--identity-token',
      `@${token}`,
      ...services(),
      immutable,
    );
    expect(code).toBe(0);
    expect(stdout).toContain(immutable);
    expect(stdout + stderr).not.toContain(readFileSync(token, 'utf8').trim());
  });

  const verify = (...words: string[]): ReturnType<Workspace['kwctl']> =>
    workspace.kwctl('verify', ...trust, ...words, immutable);

  test('the identity verifies, and no other', async () => {
    const issuer = ['--cert-oidc-issuer', 'https://issuer.example.org'];
    expect((await verify('--cert-email', 'jane@example.com', ...issuer)).code).toBe(0);
    for (const words of [
      ['--cert-email', 'john@example.com', ...issuer],
      ['--cert-email', 'jane@example.com', '--cert-oidc-issuer', 'https://issuer.example.com'],
      ['--github-owner', 'acme'],
    ]) {
      const refused = await verify(...words);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toContain('Image verification failed: missing signatures\n');
    }
  });

  test('a policy is run only if it is signed by who is expected', async () => {
    const config = workspace.write(
      'verification.yml',
      'apiVersion: v1\nanyOf:\n  signatures:\n  - kind: genericIssuer\n    issuer: https://issuer.example.org\n    subject:\n      equal: jane@example.com\n',
    );
    const words = [
      'run',
      '-r',
      request,
      ...trust,
      '--verification-config-path',
      config,
      `registry://${immutable}`,
    ];
    expect((await workspace.kwctl(...words)).stdout).toContain('"allowed":true');
  });

  test('a file without a version, as pipelines write it, is understood', async () => {
    const entry =
      '{kind: genericIssuer, issuer: https://issuer.example.org, subject: {equal: jane@example.com}}';
    const config = workspace.write('unversioned.yml', `allOf: [${entry}]\nanyOf: null\n`);
    const words = ['verify', ...trust, '--verification-config-path', config, `registry://${immutable}`];
    const { code, stderr } = await workspace.kwctl(...words);
    expect(code).toBe(0);
    expect(stderr).toContain('Policy successfully verified');
  });

  test('without the trust root nothing is believed', async () => {
    const words = [
      'verify',
      '--cert-email',
      'jane@example.com',
      '--cert-oidc-issuer',
      'https://issuer.example.org',
      immutable,
    ];
    const broken = workspace.write('broken.json', '{}');
    for (const [path, reason] of [
      [broken, `Sigstore PKI file ${broken} missing trusted_root field`],
      ['/nowhere.json', 'could not read Sigstore PKI file /nowhere.json: '],
      [workspace.write('text.json', 'text'), 'could not parse Sigstore trust config file '],
    ] as const) {
      const refused = await workspace.kwctl(...words, '--sigstore-trust-config', path);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toContain('Error: Error building Sigstore trust root: ');
      expect(refused.stderr).toContain(reason);
      expect(refused.stderr).toContain('a Sigstore trust root is required.');
    }
  });

  test('the signature is listed', async () => {
    const document = JSON.parse(
      await workspace.succeed(
        'inspect',
        '--remote',
        '--show-signatures',
        '--show-attachments',
        '-o',
        'json',
        immutable,
      ),
    ) as { signatures: { layers: unknown[] }; bundles: { artifactType: string }[]; attachments: unknown[] };
    expect(document.signatures.layers).toHaveLength(1);
    expect(document.bundles).toMatchObject([
      { artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json' },
    ]);
    expect(document.attachments).toEqual([]);
  });

  test('an SBOM is attached beside it', async () => {
    const sbom = workspace.write('sbom.spdx.json', JSON.stringify({ spdxVersion: 'SPDX-2.3', name: 'demo' }));
    const attached = JSON.parse(
      await workspace.succeed('attach', immutable, sbom, '--type', 'spdx', '-a', 'a=b', '-o', 'json'),
    ) as { digest: string };
    expect(attached).toMatchObject({ media_type: 'application/spdx+json', subject: immutable });
    const document = JSON.parse(
      await workspace.succeed('inspect', '--remote', '--show-attachments', '-o', 'json', immutable),
    ) as { attachments: unknown[] };
    expect(document.attachments).toMatchObject([
      { artifactType: 'application/spdx+json', digest: attached.digest },
    ]);
    expect(await workspace.succeed('inspect', '--remote', '--show-attachments', immutable)).toMatch(
      new RegExp(`\\nAttachments\\n\\nDigest: +${attached.digest} `),
    );
    // Neither signatures nor the policy have changed.
    const words = ['--cert-email', 'jane@example.com', '--cert-oidc-issuer', 'https://issuer.example.org'];
    await workspace.succeed('verify', ...trust, ...words, immutable);
  });
});
