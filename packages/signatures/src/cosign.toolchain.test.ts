/** What cosign signs is verified, from registries with and without the referrers API. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  createRegistryClient,
  type ImageReference,
  parseImageReference,
  type RegistryClient,
} from '@kubewarden/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../../tools/programs/program.ts';
import { startReferrersRegistry, startRegistry } from '../../../tools/registries/registry.ts';
import { type RunningSigstore, startTestSigstore } from '../../../tools/sigstore/serve-sigstore.ts';
import { createKey, publicKeyPem } from '../../../tools/sigstore/test-sigstore.ts';
import { createVerifier } from './create-verifier.ts';
import { TrustRootError } from './errors.ts';
import type { SignatureRequirement } from './verification-config/verification-config.ts';

const run = promisify(execFile);
const module = Buffer.from('0061736d01000000', 'hex');
const registries = ['without', 'with'] as const;
/** How cosign signed before version 3, and how it signs since. */
const formats = ['layer', 'bundle'] as const;

let folder: string;
let client: RegistryClient;
let sigstore: RunningSigstore;
const hosts = new Map<string, string>();
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosign-'));
  sigstore = await startTestSigstore({ rekorUrl: 'http://127.0.0.1' });
  const started = await Promise.all([startRegistry(), startReferrersRegistry()]);
  running.push(...started);
  for (const [index, { host }] of started.entries()) hosts.set(registries[index]!, host);
  client = createRegistryClient({
    sources: { insecureSources: new Set(hosts.values()), sourceAuthorities: new Map() },
    proxies: {},
  });
  await writeFile(join(folder, 'trusted-root.json'), sigstore.trustedRootJson);
  await writeFile(join(folder, 'signing-config.json'), JSON.stringify(signingConfig(sigstore.url)));
});
afterAll(async () => {
  await client.close();
  await sigstore.close();
  for (const registry of running) await registry.stop();
  await rm(folder, { recursive: true });
});

function signingConfig(url: string): object {
  const services = [
    {
      url,
      majorApiVersion: 1,
      operator: 'sigstore.test',
      validFor: { start: '2020-01-01T00:00:00Z' },
    },
  ];
  return {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: services,
    oidcUrls: services,
    rekorTlogUrls: services,
    rekorTlogConfig: { selector: 'ANY' },
  };
}

async function cosign(...args: readonly string[]): Promise<void> {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    COSIGN_PASSWORD: '',
    NO_PROXY: 'localhost,127.0.0.1',
  };
  await run(findProgram('cosign'), args, { cwd: folder, env, timeout: 60_000 });
}

let repositories = 0;

/** Pushes a policy to a repository of its own. */
async function pushPolicy(
  registry: (typeof registries)[number],
): Promise<ImageReference & { digest: string }> {
  repositories += 1;
  const target = parseImageReference(`${hosts.get(registry)}/policies/policy-${repositories}:v1`);
  const descriptors = await Promise.all(
    [Buffer.from('{}'), module].map(async (bytes) => {
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      await client.pushBlob(target, { digest, size: bytes.length, open: () => Readable.from([bytes]) });
      return { digest, size: bytes.length };
    }),
  );
  const manifest = {
    config: { ...descriptors[0], mediaType: 'application/vnd.wasm.config.v1+json' },
    layers: [{ ...descriptors[1], mediaType: 'application/vnd.wasm.content.layer.v1+wasm' }],
    schemaVersion: 2,
  };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const { digest } = await client.pushManifest(target, Buffer.from(JSON.stringify(manifest)), mediaType);
  return { ...target, digest };
}

function sign(
  { registry, repository, digest }: ImageReference,
  format: (typeof formats)[number],
  ...args: readonly string[]
): Promise<void> {
  return cosign(
    ...['sign', '--yes', '--allow-http-registry', `--new-bundle-format=${format === 'bundle'}`],
    ...args,
    `${registry}/${repository}@${digest}`,
  );
}

const cases = registries.flatMap((registry) => formats.map((format) => [registry, format] as const));

describe.each(cases)('a registry %s the referrers API, and a %s of cosign', (registry, format) => {
  // Ed25519 is not among them: cosign signs hashes with it (Ed25519ph), which the requirements do not know.
  it.each(['P-256', 'P-384', 'RSA'] as const)('made with a key: %s', async (kind) => {
    const policy = await pushPolicy(registry);
    const name = `${registry}-${format}-${kind}`;
    await writeKey(kind, name);
    const byKey = ['--key', `${name}.key`, '--use-signing-config=false', '--tlog-upload=false'];
    await sign(policy, format, ...byKey, '-a', 'env=prod');
    const verifier = createVerifier({
      client,
      trustRoot: () => Promise.reject(new TrustRootError('not needed')),
    });
    const key = await readFile(join(folder, `${name}.pub`), 'utf8');
    const requirement: SignatureRequirement = { kind: 'pubKey', key, annotations: { env: 'prod' } };
    const byTag: ImageReference = { ...policy, tag: 'v1' };
    expect(await verifier.verify(byTag, { allOf: [requirement] })).toMatchObject({
      digest: policy.digest,
      evidence: 'registry',
      signedBy: [
        `public key: ${format === 'layer' ? 'signature layer' : 'Sigstore bundle'} 1, by a key with env=prod`,
      ],
    });
    const otherAnnotations = { ...requirement, annotations: { env: 'dev' } };
    await expect(verifier.verify(policy, { allOf: [otherAnnotations] })).rejects.toThrow(
      'its annotation env is prod',
    );
  });

  it('made with a certificate', async () => {
    // A file, as cosign takes only tokens signed with RSA on its command line.
    await writeFile(join(folder, 'token'), sigstore.identityToken({ email: 'alice@example.org' }));
    const policy = await pushPolicy(registry);
    const services =
      format === 'bundle'
        ? ['--signing-config', 'signing-config.json']
        : ['--use-signing-config=false', '--fulcio-url', sigstore.url, '--rekor-url', sigstore.url];
    await sign(
      policy,
      format,
      ...services,
      ...['--trusted-root', 'trusted-root.json'],
      ...['--identity-token', 'token'],
    );
    const verifier = createVerifier({ client, trustRoot: () => Promise.resolve(sigstore.trustedRoot) });
    await verifier.verify(policy, { allOf: [signedBy('alice@example.org')] });
    await expect(verifier.verify(policy, { allOf: [signedBy('bob@example.org')] })).rejects.toThrow(
      'by alice@example.org (issuer https://issuer.example.org): the subject is another one',
    );
  });
});

async function writeKey(kind: 'P-256' | 'P-384' | 'RSA', name: string): Promise<void> {
  const key = createKey(kind);
  await writeFile(join(folder, `${name}.pem`), key.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  await cosign('import-key-pair', '--yes', '--key', `${name}.pem`, '--output-key-prefix', name);
  await writeFile(join(folder, `${name}.pub`), publicKeyPem(key));
}

function signedBy(equal: string): SignatureRequirement {
  return { kind: 'genericIssuer', issuer: 'https://issuer.example.org', subject: { equal } };
}
