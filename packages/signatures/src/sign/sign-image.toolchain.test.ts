import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  createRegistryClient,
  formatImageReference,
  type ImageReference,
  noSources,
  type RegistryClient,
} from '@kubewarden/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../../../tools/programs/program.ts';
import { type FaultProxy, startFaultProxy } from '../../../../tools/registries/fault-proxy.ts';
import { startReferrersRegistry, startRegistry } from '../../../../tools/registries/registry.ts';
import { type RunningSigstore, startTestSigstore } from '../../../../tools/sigstore/serve-sigstore.ts';
import { createKey, type KeyKind, type SigningIdentity } from '../../../../tools/sigstore/test-sigstore.ts';
import { createVerifier } from '../create-verifier.ts';
import { SigningError } from '../errors.ts';
import type { TrustRootSource } from '../trust-root/trust-root.ts';
import type { VerificationConfig } from '../verification-config/verification-config.ts';
import { signImage, type SignImageOptions } from './sign-image.ts';
import type { ImageSigner, KeySigner } from './signer.ts';
import { loadSigningKey } from './signing-key.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const run = promisify(execFile);

let folder: string;
let sigstore: RunningSigstore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sign-image-'));
  sigstore = await startTestSigstore();
  await writeFile(join(folder, 'trusted-root.json'), sigstore.trustedRootJson);
});
afterAll(async () => {
  await sigstore.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

interface Layout {
  readonly name: string;
  readonly flags: readonly string[];
}

const layouts: readonly Layout[] = [
  { name: 'simple signing', flags: ['--new-bundle-format=false'] },
  { name: 'bundle', flags: ['--new-bundle-format=true'] },
];

interface CosignPayload {
  readonly critical: { readonly image: { readonly 'docker-manifest-digest': string } };
  readonly optional: Readonly<Record<string, unknown>> | null;
}

/** What cosign says it has verified. */
async function cosignVerify(
  image: ImageReference,
  flags: readonly string[],
): Promise<readonly CosignPayload[]> {
  const { stdout } = await run(
    findProgram('cosign'),
    ['verify', '--allow-http-registry', ...flags, formatImageReference(image)],
    // It must neither find credentials nor a cache of the machine.
    {
      env: { PATH: process.env['PATH'], HOME: folder, DOCKER_CONFIG: folder, TUF_ROOT: join(folder, 'tuf') },
    },
  );
  return JSON.parse(stdout) as CosignPayload[];
}

const trustRoot: TrustRootSource = () => Promise.resolve(sigstore.trustedRoot);
const trustedRoot = (): string[] => ['--trusted-root', join(folder, 'trusted-root.json')];

async function keySigner(identity: SigningIdentity): Promise<KeySigner> {
  const pem = identity.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const { certificate, chain } = identity;
  return {
    kind: 'key',
    key: await loadSigningKey(pem),
    ...(certificate !== undefined && { certificate }),
    ...(chain !== undefined && { certificateChain: chain }),
  };
}

function keyless(): ImageSigner {
  return {
    kind: 'keyless',
    identityToken: sigstore.identityToken({ email: 'alice@example.org', iss: 'https://login.example.org' }),
    fulcioUrl: sigstore.url,
    rekorUrl: sigstore.url,
  };
}

const aliceFlags = [
  '--certificate-identity=alice@example.org',
  '--certificate-oidc-issuer=https://login.example.org',
];
const aliceConfig: VerificationConfig = {
  allOf: [
    { kind: 'genericIssuer', issuer: 'https://login.example.org', subject: { equal: 'alice@example.org' } },
  ],
};

const registries = [
  ['without referrers API', startRegistry],
  ['with referrers API', startReferrersRegistry],
] as const;

describe.each(registries)('signImage, in a registry %s', (_, start) => {
  let registry: { readonly host: string; readonly url: string; stop(): Promise<void> };
  let proxy: FaultProxy;
  let client: RegistryClient;
  let count = 0;
  beforeAll(async () => {
    registry = await start();
    proxy = await startFaultProxy(registry);
    client = createRegistryClient({
      proxies: {},
      sources: { ...noSources, insecureSources: new Set([registry.host, proxy.host]) },
      limits: { retryMilliseconds: 1 },
    });
  });
  afterAll(async () => {
    await client.close();
    await proxy.stop();
    await registry.stop();
  });

  async function pushBlob(image: ImageReference, bytes: Uint8Array) {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const content = { digest, size: bytes.length };
    await client.pushBlob(image, {
      ...content,
      open: async function* () {
        yield bytes;
      },
    });
    return content;
  }

  /** An image of its own repository. */
  async function pushImage(): Promise<{ tagged: ImageReference; digest: string }> {
    const tagged = { registry: registry.host, repository: `team/policy-${count++}`, tag: 'v1' };
    const layer = await pushBlob(tagged, Buffer.from(`module ${count}`));
    const config = await pushBlob(tagged, Buffer.from('{}'));
    const manifest = {
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.wasm.config.v1+json', ...config },
      layers: [{ mediaType: 'application/vnd.wasm.content.layer.v1+wasm', ...layer }],
    };
    const { digest } = await client.pushManifest(tagged, Buffer.from(JSON.stringify(manifest)), manifestType);
    return { tagged, digest };
  }

  async function verify(image: ImageReference, config: VerificationConfig): Promise<readonly string[]> {
    return (await createVerifier({ client, trustRoot }).verify(image, config)).signedBy;
  }

  it.each<KeyKind>(['P-256', 'P-384', 'Ed25519', 'RSA'])('signs with a %s key', async (kind) => {
    const { tagged, digest } = await pushImage();
    const signer = await keySigner(createKey(kind));
    const signed = await signImage(client, tagged, signer);
    const repository = `${registry.host}/${tagged.repository}`;
    expect(signed).toEqual({
      image: { registry: registry.host, repository: tagged.repository, digest },
      signer: `key ${signer.key.fingerprint}`,
      simpleSigning: {
        reference: `${repository}:${digest.replace(':', '-')}.sig`,
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        outcome: 'written',
      },
      bundle: {
        reference: `${repository}@${signed.bundle.digest}`,
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        outcome: 'written',
      },
    });
    const key = await write(`${kind}.pub`, signer.key.publicKeyPem);
    // For a P-384 key in the old layout cosign uses SHA-256 unless told otherwise; this project's verifiers never do.
    const hash = kind === 'P-384' ? ['--signature-digest-algorithm=sha384'] : [];
    for (const { flags } of layouts) {
      const payloads = await cosignVerify(tagged, [
        ...['--key', key, '--insecure-ignore-tlog'],
        ...hash,
        ...flags,
      ]);
      expect(payloads.map(({ critical }) => critical.image['docker-manifest-digest'])).toEqual([digest]);
    }
    await verify(tagged, { allOf: [{ kind: 'pubKey', key: signer.key.publicKeyPem }] });
  });

  it('makes a signature that openssl verifies', async () => {
    const { tagged, digest } = await pushImage();
    const signer = await keySigner(createKey());
    await signImage(client, tagged, signer);
    const signatures = { ...tagged, tag: `${digest.replace(':', '-')}.sig` };
    const fetched = await client.fetchImageManifest(signatures);
    const layer = fetched.manifest.layers[0]!;
    const payload = await client.fetchBlob(signatures, layer, { maximumBytes: 10_000 });
    expect(Buffer.from(payload).toString()).toBe(
      `{"critical":{"identity":{"docker-reference":"${registry.host}/${tagged.repository}"},` +
        `"image":{"docker-manifest-digest":"${digest}"},"type":"cosign container image signature"},"optional":null}`,
    );
    const signature = Buffer.from(layer.annotations!['dev.cosignproject.cosign/signature']!, 'base64');
    await writeFile(join(folder, 'payload'), payload);
    await writeFile(join(folder, 'signature'), signature);
    const key = await write('openssl.pub', signer.key.publicKeyPem);
    const { stdout } = await run('openssl', [
      ...['dgst', '-sha256', '-verify', key],
      ...['-signature', join(folder, 'signature'), join(folder, 'payload')],
    ]);
    expect(stdout).toContain('Verified OK');
  });

  it('signs annotations', async () => {
    const { tagged } = await pushImage();
    const signer = await keySigner(createKey());
    const options: SignImageOptions = { annotations: { env: 'prod', 'example.org/team': 'a & b' } };
    await signImage(client, tagged, signer, options);
    const key = await write('annotations.pub', signer.key.publicKeyPem);
    for (const { flags } of layouts) {
      const common = ['--key', key, '--insecure-ignore-tlog', ...flags];
      await cosignVerify(tagged, [...common, '-a', 'env=prod', '-a', 'example.org/team=a & b']);
      await expect(cosignVerify(tagged, [...common, '-a', 'env=test'])).rejects.toThrow();
    }
    const requirement = { kind: 'pubKey', key: signer.key.publicKeyPem } as const;
    await verify(tagged, { allOf: [{ ...requirement, annotations: { env: 'prod' } }] });
    await expect(
      verify(tagged, { allOf: [{ ...requirement, annotations: { env: 'test' } }] }),
    ).rejects.toThrow('Image verification failed');
  });

  it('signs with a key and its certificate', async () => {
    const { tagged, digest } = await pushImage();
    const identity = await sigstore.issueCertificate({
      subject: { email: 'alice@example.org' },
      issuer: 'https://login.example.org',
    });
    await signImage(client, tagged, await keySigner(identity));
    const leaf = await write('leaf.pem', identity.certificate);
    const chain = await write('chain.pem', identity.chain!);
    const payloads = await cosignVerify(tagged, [
      ...['--certificate', leaf, '--certificate-chain', chain, ...aliceFlags],
      ...['--insecure-ignore-tlog', '--insecure-ignore-sct', '--new-bundle-format=false'],
    ]);
    expect(payloads.map(({ critical }) => critical.image['docker-manifest-digest'])).toEqual([digest]);
    const verifier = createVerifier({ client, trustRoot });
    await verifier.verifyCertificate(tagged, {
      certificate: Buffer.from(identity.certificate),
      chain: sigstore.authority.chain.map((pem) => Buffer.from(pem)),
      requireRekorBundle: false,
    });
  });

  it('signs keyless', async () => {
    const { tagged, digest } = await pushImage();
    const signed = await signImage(client, tagged, keyless());
    expect(signed.signer).toBe('email:alice@example.org');
    expect(signed.simpleSigning.logIndex).toMatch(/^\d+$/);
    expect(signed.bundle.logIndex).toMatch(/^\d+$/);
    for (const { flags } of layouts) {
      const payloads = await cosignVerify(tagged, [...trustedRoot(), ...aliceFlags, ...flags]);
      expect(payloads.map(({ critical }) => critical.image['docker-manifest-digest'])).toEqual([digest]);
      await expect(
        cosignVerify(tagged, [
          ...trustedRoot(),
          '--certificate-identity=mallory@example.org',
          aliceFlags[1]!,
          ...flags,
        ]),
      ).rejects.toThrow();
    }
    await verify(tagged, aliceConfig);
  });

  it('signs keyless with timestamps', async () => {
    const { tagged } = await pushImage();
    await signImage(client, tagged, { ...keyless(), timestampUrl: sigstore.url });
    for (const { flags } of layouts) {
      await cosignVerify(tagged, [...trustedRoot(), ...aliceFlags, '--use-signed-timestamps', ...flags]);
    }
    await verify(tagged, aliceConfig);
  });

  it('records what a key signs in a transparency log if it is told to', async () => {
    const { tagged } = await pushImage();
    const signer = await keySigner(createKey());
    await signImage(client, tagged, { ...signer, rekorUrl: sigstore.url });
    const key = await write('logged.pub', signer.key.publicKeyPem);
    for (const { flags } of layouts) {
      await cosignVerify(tagged, ['--key', key, ...trustedRoot(), ...flags]);
    }
    await verify(tagged, { allOf: [{ kind: 'pubKey', key: signer.key.publicKeyPem }] });
  });

  it('leaves the signatures of others, and does not repeat its own', async () => {
    const { tagged } = await pushImage();
    const [alice, bob] = [await keySigner(createKey()), await keySigner(createKey('Ed25519'))];
    await signImage(client, tagged, alice);
    await signImage(client, tagged, bob);
    const first = await signImage(client, tagged, keyless());
    const again = await signImage(client, tagged, alice);
    expect(again.simpleSigning).toEqual({ ...first.simpleSigning, outcome: 'present', logIndex: undefined });
    expect(again.bundle.outcome).toBe('present');
    const annotated = await signImage(client, tagged, alice, { annotations: { env: 'prod' } });
    expect([annotated.simpleSigning.outcome, annotated.bundle.outcome]).toEqual(['written', 'written']);
    const logged = await signImage(client, tagged, { ...alice, rekorUrl: sigstore.url });
    expect([logged.simpleSigning.outcome, logged.bundle.outcome]).toEqual(['written', 'written']);

    const { manifest } = await client.fetchImageManifest({
      ...tagged,
      tag: first.simpleSigning.reference.split(':').at(-1)!,
    });
    expect(manifest.layers).toHaveLength(5);
    for (const [index, { key }] of [alice, bob].entries()) {
      const file = await write(`signer-${index}.pub`, key.publicKeyPem);
      for (const { flags } of layouts) {
        await cosignVerify(tagged, ['--key', file, '--insecure-ignore-tlog', ...flags]);
      }
    }
    await verify(tagged, {
      allOf: [alice, bob].map(({ key }) => ({ kind: 'pubKey', key: key.publicKeyPem }) as const),
    });
    await verify(tagged, aliceConfig);
  });

  it('adds to what cosign has signed, and cosign to what it has', async () => {
    const { tagged, digest } = await pushImage();
    const identity = createKey();
    const { publicKeyPem } = (await keySigner(identity)).key;
    const pem = await write(
      'plain.pem',
      identity.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    );
    const prefix = await mkdtemp(join(folder, 'cosign-'));
    const environment = {
      PATH: process.env['PATH'],
      HOME: folder,
      DOCKER_CONFIG: folder,
      COSIGN_PASSWORD: '',
    };
    await run(
      findProgram('cosign'),
      ['import-key-pair', '--key', pem, '--output-key-prefix', join(prefix, 'imported')],
      { env: environment },
    );
    const byDigest = `${registry.host}/${tagged.repository}@${digest}`;
    const cosignSign = (format: string) =>
      run(
        findProgram('cosign'),
        [
          ...[
            'sign',
            '--key',
            join(prefix, 'imported.key'),
            '--tlog-upload=false',
            '--use-signing-config=false',
          ],
          ...['--allow-http-registry', `--new-bundle-format=${format}`, '-y', byDigest],
        ],
        { env: environment },
      );
    const ours = await keySigner(createKey());
    await cosignSign('false');
    await cosignSign('true');
    const signed = await signImage(client, tagged, ours);
    // The very key of cosign, read from what cosign has written: nothing is left to do.
    const same = await signImage(client, tagged, await keySigner(identity));
    expect([same.simpleSigning.outcome, same.bundle.outcome]).toEqual(['present', 'present']);
    expect(signed.simpleSigning.outcome).toBe('written');
    for (const [name, key] of Object.entries({ theirs: publicKeyPem, ours: ours.key.publicKeyPem })) {
      const file = await write(`${name}.pub`, key);
      for (const { flags } of layouts) {
        await cosignVerify(tagged, ['--key', file, '--insecure-ignore-tlog', ...flags]);
      }
    }
  });

  it('signs an index', async () => {
    const { tagged, digest } = await pushImage();
    const image = await client.fetchManifest(tagged);
    const type = 'application/vnd.oci.image.index.v1+json';
    const index = {
      schemaVersion: 2,
      mediaType: type,
      manifests: [{ mediaType: manifestType, digest, size: image.bytes.length }],
    };
    const indexImage = { ...tagged, tag: 'index' };
    const pushed = await client.pushManifest(indexImage, Buffer.from(JSON.stringify(index)), type);
    const signer = await keySigner(createKey());
    expect((await signImage(client, indexImage, signer)).image.digest).toBe(pushed.digest);
    const key = await write('index.pub', signer.key.publicKeyPem);
    for (const { flags } of layouts) {
      await cosignVerify(indexImage, ['--key', key, '--insecure-ignore-tlog', ...flags]);
    }
  });

  it('signs what a tag stood for when it was asked, even if the tag moves then', async () => {
    const { tagged, digest } = await pushImage();
    const other = Buffer.from(
      JSON.stringify({ ...(await client.fetchImageManifest(tagged)).manifest, annotations: {} }),
    );
    const signer = await keySigner(createKey());
    const moving: RegistryClient = {
      ...client,
      fetchManifest: async (image, options) => {
        const fetched = await client.fetchManifest(image, options);
        if (image.tag === 'v1') await client.pushManifest(tagged, other, manifestType);
        return fetched;
      },
    };
    expect((await signImage(moving, tagged, signer)).image.digest).toBe(digest);
    expect((await client.fetchManifest(tagged)).digest).not.toBe(digest);
    const config: VerificationConfig = { allOf: [{ kind: 'pubKey', key: signer.key.publicKeyPem }] };
    await expect(verify(tagged, config)).rejects.toThrow('no signatures found');
    await verify({ registry: registry.host, repository: tagged.repository, digest }, config);
  });

  describe('when something fails', () => {
    it('says what was written, and writes only the rest when asked again', async () => {
      const { tagged, digest } = await pushImage();
      const image = { ...tagged, registry: proxy.host };
      const signer = await keySigner(createKey());
      const tag = `${digest.replace(':', '-')}.sig`;
      proxy.inject(({ method, url }) =>
        method === 'PUT' && url.includes('/manifests/sha256:') ? { kind: 'answer', status: 403 } : undefined,
      );
      const failure = signImage(client, image, signer);
      await expect(failure).rejects.toThrow(SigningError);
      await expect(failure).rejects.toThrow(
        new RegExp(
          `^cannot write the bundle: .*; the signature is in ${proxy.host}/${tagged.repository}:${tag} already$`,
        ),
      );
      proxy.reset();
      const again = await signImage(client, image, signer);
      expect([again.simpleSigning.outcome, again.bundle.outcome]).toEqual(['present', 'written']);
    });

    it('writes nothing if the certificate authority or the log does not answer', async () => {
      const { tagged } = await pushImage();
      const image = { ...tagged, registry: proxy.host };
      proxy.reset();
      const nowhere = 'http://127.0.0.1:1';
      await expect(signImage(client, image, { ...keyless(), rekorUrl: nowhere })).rejects.toThrow(
        `cannot record the signature in the transparency log at ${nowhere}: `,
      );
      await expect(
        signImage(client, image, { ...keyless(), fulcioUrl: nowhere } as ImageSigner),
      ).rejects.toThrow(`cannot obtain a certificate from ${nowhere}: `);
      expect(proxy.requests.filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual([]);
    });

    it('replaces nothing else under the tag of the signatures', async () => {
      const { tagged, digest } = await pushImage();
      const { bytes, mediaType } = await client.fetchManifest(tagged);
      const tag = `${digest.replace(':', '-')}.sig`;
      await client.pushManifest({ ...tagged, tag }, bytes, mediaType);
      await expect(signImage(client, tagged, await keySigner(createKey()))).rejects.toThrow(
        new SigningError(`the tag ${tag} holds something that is no image of signatures`),
      );
    });

    it('signs nothing that is not there', async () => {
      const { tagged } = await pushImage();
      const signer = await keySigner(createKey());
      await expect(signImage(client, { ...tagged, tag: 'v2' }, signer)).rejects.toThrow('v2');
    });
  });
});
