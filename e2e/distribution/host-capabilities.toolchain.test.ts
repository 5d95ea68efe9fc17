/** A policy that asks the real policy-server about images in real registries. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistryClient, type RegistryClient } from '@kubewarden/registry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { residentMegabytes } from '../../tools/policy-server/process.ts';
import { startFaultProxy, type FaultProxy } from '../../tools/registries/fault-proxy.ts';
import { startRegistry, type TestRegistry } from '../../tools/registries/registry.ts';
import {
  createKey,
  createTestSigstore,
  fulcioOids,
  publicKeyPem,
  simplePayload,
  type SigningIdentity,
  type TestSigstore,
} from '../../tools/sigstore/test-sigstore.ts';
import { pushImage, pushIndex, pushSignatures } from './publish.ts';
import { serve, type ServingServer } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubewarden-capabilities-'));
const guest = join(import.meta.dirname, '../../guests/wat/wapc/ask-host.wasm');

let registry: TestRegistry;
let proxy: FaultProxy;
let sigstore: TestSigstore;
let client: RegistryClient;
let server: ServingServer;
const key = createKey();
const issuer = 'https://issuer.example.org';
const architecture = arch() === 'x64' ? 'amd64' : arch();

beforeAll(async () => {
  [registry, sigstore] = await Promise.all([startRegistry(), createTestSigstore()]);
  proxy = await startFaultProxy(registry);
  writeFileSync(join(folder, 'trust-config.json'), sigstore.clientTrustConfig);
  writeFileSync(
    join(folder, 'sources.yml'),
    JSON.stringify({ insecure_sources: [registry.host, proxy.host] }),
  );
  client = createRegistryClient({
    sources: { insecureSources: new Set([registry.host, proxy.host]), sourceAuthorities: new Map() },
  });
  server = await serve({
    policies: {
      asking: {
        module: `file://${guest}`,
        hostCapabilities: ['oci/*'],
        timeoutEvalSeconds: 60,
      },
    },
    downloadDir: folder,
    flags: [
      ...['--sources-path', join(folder, 'sources.yml')],
      ...['--sigstore-trust-config', join(folder, 'trust-config.json')],
    ],
  });
});

afterAll(async () => {
  await server.stop();
  await client.close();
  await proxy.stop();
  await registry.stop();
  rmSync(folder, { recursive: true });
});

/** What the host answers, with apostrophes in place of quotes; or the error that the policy is told. */
async function ask(operation: string, payload: unknown): Promise<string> {
  const answer = await server.ask('asking', { request: ['oci', operation, payload] });
  return answer.warnings?.[0] ?? answer.status?.message ?? '';
}

const image = (name: string): string => `${registry.host}/images/${name}`;
const push = (name: string, config = '{"os":"linux"}'): Promise<string> =>
  pushImage(client, image(name), [{ mediaType: 'text/plain', content: Buffer.from(name) }], config);

async function pushSigned(
  name: string,
  signers: readonly SigningIdentity[],
  optional: object | null = null,
): Promise<string> {
  const digest = await push(name);
  const payload = simplePayload(digest, { optional });
  const layers = await Promise.all(
    signers.map(async (signer) => ({ payload, annotations: await sigstore.signSimple(payload, signer) })),
  );
  await pushSignatures(client, image(name), digest, layers);
  return digest;
}

const trusted = (digest: string): string => `{'is_trusted':true,'digest':'${digest}'}`;
const bytes = (pem: string): number[] => [...Buffer.from(pem)];
const pem = (certificates: string): string[] =>
  certificates.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];

describe('manifests', () => {
  test('of images', async () => {
    const digest = await push('app:v1', '{"os":"linux","large":12345678901234567890}');
    expect(await ask('v1/manifest_digest', image('app:v1'))).toBe(`{'digest':'${digest}'}`);
    const manifest = await ask('v1/oci_manifest', image('app:v1'));
    expect(manifest).toMatch(
      /^\{'schemaVersion':2,'config':\{'mediaType':'application\/vnd\.oci\.image\.config/,
    );
    const both = await ask('v1/oci_manifest_config', image('app:v1'));
    expect(both).toBe(
      `{'manifest':${manifest},'digest':'${digest}','config':{'os':'linux','large':12345678901234567890}}`,
    );
  });

  test('of indexes', async () => {
    const [ours, other] = [await push('multi:ours'), await push('multi:other')];
    const digest = await pushIndex(client, image('multi:v1'), { riscv64: other, [architecture]: ours });
    expect(await ask('v1/manifest_digest', image('multi:v1'))).toBe(`{'digest':'${digest}'}`);
    expect(await ask('v1/oci_manifest', image('multi:v1'))).toContain(
      `'platform':{'architecture':'riscv64','os':'linux'}`,
    );
    expect(await ask('v1/oci_manifest_config', image('multi:v1'))).toContain(`'digest':'${ours}','config':`);
    await pushIndex(client, image('foreign:v1'), {});
    expect(await ask('v1/oci_manifest_config', image('foreign:v1'))).toContain(
      'no entry found in image index manifest matching',
    );
  });

  test('that are not to be had are errors that say why', async () => {
    const prefix = 'Callback evaluation failure: ';
    expect(await ask('v1/oci_manifest', image('missing:v1'))).toContain(
      `${prefix}Fail to interact with OCI registry: `,
    );
    expect(await ask('v1/oci_manifest', `registry://${image('app:v1')}`)).toContain(
      `${prefix}Invalid OCI image reference: invalid reference format`,
    );
    await push('text:v1', 'no JSON');
    expect(await ask('v1/oci_manifest_config', image('text:v1'))).toContain('is no JSON');
  });

  test('are asked for once a minute, however many want them', async () => {
    await push('popular:v1');
    const popular = `${proxy.host}/images/popular:v1`;
    proxy.reset();
    await Promise.all(Array.from({ length: 30 }, () => ask('v1/manifest_digest', popular)));
    await ask('v1/manifest_digest', popular);
    expect(proxy.requests.filter(({ url }) => url.endsWith('/manifests/v1'))).toHaveLength(1);
  });
});

describe('signatures', () => {
  test('of keys', async () => {
    const digest = await pushSigned('keys:v1', [key], { env: 'prod' });
    const request = {
      image: image('keys:v1'),
      pub_keys: [publicKeyPem(key)],
      annotations: { env: 'prod' },
    };
    expect(await ask('v1/verify', { SigstorePubKeyVerify: request })).toBe(trusted(digest));
    const v2 = { type: 'SigstorePubKeyVerify', ...request, annotations: null };
    expect(await ask('v2/verify', v2)).toBe(trusted(digest));
    expect(await ask('v2/verify', { ...v2, image: `registry://${image('keys:v1')}` })).toBe(trusted(digest));
    const refusals: [object, string][] = [
      [{ pub_keys: [] }, 'Must provide at least one pub key'],
      [
        { pub_keys: [publicKeyPem(key), publicKeyPem(createKey())] },
        'Image verification failed: missing signatures',
      ],
      [{ annotations: { env: 'test' } }, 'Image verification failed: missing signatures'],
      [{ image: image('app:v1') }, 'no signatures found for image'],
      [{ image: 'https://example.org' }, 'Invalid OCI image reference: invalid reference format'],
    ];
    await push('app:v1');
    for (const [change, error] of refusals) {
      expect(await ask('v2/verify', { ...v2, ...change })).toContain(error);
    }
  });

  test('of identities', async () => {
    const subject = 'https://github.com/org/app/.github/workflows/r.yml@refs/tags/v1';
    const github = 'https://token.actions.githubusercontent.com';
    const digest = await pushSigned('identities:v1', [
      await sigstore.issueCertificate(),
      await sigstore.issueCertificate({
        subject: { uri: subject },
        issuer: github,
        extensions: [{ oid: fulcioOids.githubRepository, value: 'org/app', encoding: 'raw' }],
      }),
    ]);
    const of = { image: image('identities:v1'), annotations: null };
    const keyless = [
      { issuer, subject: 'https://example.org/signer' },
      { issuer: github, subject },
    ];
    expect(await ask('v1/verify', { SigstoreKeylessVerify: { ...of, keyless } })).toBe(trusted(digest));
    const requests: [object, string][] = [
      [{ type: 'SigstoreKeylessVerify', keyless }, trusted(digest)],
      [{ type: 'SigstoreKeylessVerify', keyless: [{ issuer, subject }] }, 'missing signatures'],
      [{ type: 'SigstoreKeylessVerify', keyless: [] }, 'Must provide keyless info'],
      [
        {
          type: 'SigstoreKeylessPrefixVerify',
          keyless_prefix: [{ issuer: github, url_prefix: 'https://github.com/org' }],
        },
        trusted(digest),
      ],
      [
        {
          type: 'SigstoreKeylessPrefixVerify',
          keyless_prefix: [{ issuer: github, url_prefix: 'https://github.com/or' }],
        },
        'missing signatures',
      ],
      [
        { type: 'SigstoreKeylessPrefixVerify', keyless_prefix: [{ issuer, url_prefix: 'nonsense' }] },
        'is no absolute URL',
      ],
      [{ type: 'SigstoreGithubActionsVerify', owner: 'org', repo: 'app' }, trusted(digest)],
      [{ type: 'SigstoreGithubActionsVerify', owner: 'org' }, trusted(digest)],
      [{ type: 'SigstoreGithubActionsVerify', owner: 'org', repo: 'other' }, 'missing signatures'],
      [{ type: 'SigstoreGithubActionsVerify', owner: '' }, 'Must provide owner info'],
    ];
    for (const [request, answer] of requests) {
      expect(await ask('v2/verify', { ...of, ...request }), JSON.stringify(request)).toContain(answer);
    }
  });

  test('of certificates', async () => {
    const identity = await sigstore.issueCertificate();
    const digest = await pushSigned('certificates:v1', [identity]);
    const other = await sigstore.issueCertificate();
    const request = {
      type: 'SigstoreCertificateVerify',
      image: image('certificates:v1'),
      certificate: bytes(identity.certificate),
      certificate_chain: null,
      require_rekor_bundle: true,
      annotations: null,
    };
    expect(await ask('v2/verify', request)).toBe(trusted(digest));
    const chain = pem(identity.chain!).map(bytes);
    expect(await ask('v2/verify', { ...request, certificate_chain: chain })).toBe(trusted(digest));
    expect(await ask('v2/verify', { ...request, certificate: bytes(other.certificate) })).toContain(
      'Callback evaluation failure: ',
    );
    expect(await ask('v2/verify', { ...request, annotations: { env: 'prod' } })).toContain(
      'Callback evaluation failure: ',
    );
  });
});

describe('hostile requests', () => {
  test('name images of any length', async () => {
    expect(await ask('v1/manifest_digest', 'a'.repeat(3_000_000))).toContain(
      'Invalid OCI image reference: it has 3000000 characters, more than the 1024 that are allowed',
    );
    expect(await ask('v1/manifest_digest', 'a'.repeat(1000))).toContain(
      'must not be more than 255 characters',
    );
  });

  test('name ever new images, and fill no memory', { timeout: 300_000 }, async () => {
    // 200 kB each: 3,000 of them would be 600 MB.
    const descriptor = { mediaType: 'text/plain', digest: `sha256:${'0'.repeat(64)}`, size: 1 };
    const annotations = { filler: 'x'.repeat(200_000) };
    const manifest = JSON.stringify({ schemaVersion: 2, config: descriptor, layers: [], annotations });
    proxy.inject(() => ({
      kind: 'answer',
      status: 200,
      headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      body: manifest,
    }));
    const askAll = async (from: number, to: number): Promise<void> => {
      let next = from;
      const lane = async (): Promise<void> => {
        while (next < to) {
          next += 1;
          const answer = await ask('v1/oci_manifest', `${proxy.host}/images/x${next}:v1`);
          expect(answer.length).toBeGreaterThan(200_000);
        }
      };
      await Promise.all(Array.from({ length: 16 }, lane));
    };
    await askAll(0, 500);
    const before = residentMegabytes(server.pid);
    await askAll(500, 3_500);
    proxy.reset();
    expect(residentMegabytes(server.pid) - before).toBeLessThan(200);
  });
});
