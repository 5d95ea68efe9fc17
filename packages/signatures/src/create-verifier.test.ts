import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  NotAuthorizedError,
  parseImageReference,
  RegistryError,
  RegistryUnreachableError,
} from '@kubewarden/registry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryRegistry, type MemoryRegistry } from '../../../tools/sigstore/memory-registry.ts';
import {
  createKey,
  createTestSigstore,
  publicKeyPem,
  type SigningIdentity,
  simplePayload,
  type TestSigstore,
} from '../../../tools/sigstore/test-sigstore.ts';
import { createVerifier } from './create-verifier.ts';
import { TrustRootError, VerificationError } from './errors.ts';
import { createSignatureRecords } from './records/signature-records.ts';
import type { VerificationConfig } from './verification-config/verification-config.ts';

const image = parseImageReference('registry.test/policies/policy:v1');
const module = Buffer.from('0061736d01000000', 'hex');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const key = createKey();
const byKey: VerificationConfig = { allOf: [{ kind: 'pubKey', key: publicKeyPem(key) }] };
const byIdentity: VerificationConfig = {
  allOf: [
    {
      kind: 'genericIssuer',
      issuer: 'https://issuer.example.org',
      subject: { equal: 'https://example.org/signer' },
    },
  ],
};

let sigstore: TestSigstore;
let registry: MemoryRegistry;
let digest: string;
let folder: string;
beforeAll(async () => {
  sigstore = await createTestSigstore();
  folder = await mkdtemp(join(tmpdir(), 'signatures-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  registry = createMemoryRegistry();
  digest = registry.pushPolicy(module);
});

async function layer(identity: SigningIdentity, signed = digest) {
  const payload = simplePayload(signed);
  return { payload, annotations: await sigstore.signSimple(payload, identity) };
}

function countingTrustRoot() {
  const counter = { calls: 0, source: () => Promise.resolve(sigstore.trustedRoot) };
  const { source } = counter;
  counter.source = () => {
    counter.calls += 1;
    return source();
  };
  return counter;
}

const noTrustRoot = () => Promise.reject(new TrustRootError('no network'));

describe('createVerifier', () => {
  it('finds layers and bundles and says what is signed by whom', async () => {
    const verifier = createVerifier({ client: registry.client, trustRoot: noTrustRoot });
    registry.pushSimpleSigning(digest, [await layer(createKey())]);
    await expect(verifier.verify(image, byKey)).rejects.toThrow(VerificationError);
    registry.pushBundle(digest, await sigstore.signBundle(digest, key));
    const verified = await verifier.verify(image, byKey);
    expect(verified).toMatchObject({
      image: { registry: 'registry.test', repository: 'policies/policy', digest },
      digest,
      signedBy: ['public key: Sigstore bundle 1, by a key'],
      evidence: 'registry',
    });
    expect(verified.image.tag).toBeUndefined();
    expect(`sha256:${sha256(verified.manifest)}`).toBe(digest);
  });

  it('finds bundles that the registry lists under another type', async () => {
    for (const listedAs of ['application/vnd.oci.empty.v1+json', '']) {
      registry = createMemoryRegistry();
      digest = registry.pushPolicy(module);
      registry.pushBundle(digest, await sigstore.signBundle(digest, key), { listedAs });
      await verifyByKey();
    }
  });

  it('asks for the trust root once, and only for certificates', async () => {
    const trustRoot = countingTrustRoot();
    const verifier = createVerifier({ client: registry.client, trustRoot: trustRoot.source });
    registry.pushSimpleSigning(digest, [await layer(key)]);
    await expect(verifier.verify(image, byIdentity)).rejects.toThrow('it comes without a certificate');
    await verifier.verify(image, byKey);
    expect(trustRoot.calls).toBe(0);
    const identity = await sigstore.issueCertificate();
    registry.pushSimpleSigning(digest, [await layer(key), await layer(identity), await layer(identity)]);
    await verifier.verify(image, byKey);
    expect(trustRoot.calls).toBe(0);
    await verifier.verify(image, byIdentity);
    expect(trustRoot.calls).toBe(1);
  });

  it('says that nothing is signed', async () => {
    const verifier = createVerifier({ client: registry.client, trustRoot: noTrustRoot });
    const text = 'no signatures found for image: registry.test/policies/policy:v1 ';
    await expect(verifier.verify(image, byKey)).rejects.toThrow(text);
    registry.pushManifest(`${digest.replace(':', '-')}.sig`, { schemaVersion: 2, manifests: [] });
    await expect(verifier.verify(image, byKey)).rejects.toThrow(text);
  });

  it('verifies the index of an image for several platforms', async () => {
    digest = registry.pushManifest('v1', { schemaVersion: 2, manifests: [] });
    registry.pushSimpleSigning(digest, [await layer(key)]);
    const verifier = createVerifier({ client: registry.client, trustRoot: noTrustRoot });
    expect((await verifier.verify(image, byKey)).digest).toBe(digest);
  });

  it('passes on what the registry says, and of which kind it is', async () => {
    const verifier = createVerifier({ client: registry.client, trustRoot: noTrustRoot });
    registry.failure = new NotAuthorizedError('Not authorized: url https://registry.test/v2/');
    const error = verifier.verify(image, byKey);
    await expect(error).rejects.toThrow(
      'failed to get image trusted layers: Not authorized: url https://registry.test/v2/',
    );
    await expect(error).rejects.toThrow(NotAuthorizedError);
    registry.failure = new RegistryError('Server error');
    await expect(verifier.verify(image, byKey)).rejects.toThrow(RegistryError);
  });
});

const verifyByKey = () =>
  createVerifier({ client: registry.client, trustRoot: noTrustRoot }).verify(image, byKey);

describe('what is read of a registry', () => {
  it('has a bound for layers', async () => {
    const layers = Array.from({ length: 5000 }, () => ({ payload: Buffer.from('{}'), annotations: {} }));
    registry.pushSimpleSigning(digest, [await layer(key), ...layers]);
    await expect(verifyByKey()).rejects.toThrow(
      /^failed to get image trusted layers: 5001 layers with signatures in .*\.sig, at most 128 are read$/,
    );
    expect(registry.requests.filter((request) => request.startsWith('blob'))).toEqual([]);
  });

  it('has a bound for bundles', async () => {
    for (let index = 0; index < 129; index += 1) registry.pushBundle(digest, Buffer.from('{}'));
    await expect(verifyByKey()).rejects.toThrow('129 bundles with signatures in');
  });

  it('has a bound for bytes', async () => {
    registry.pushSimpleSigning(digest, [{ payload: Buffer.alloc(65 * 1024), annotations: {} }]);
    await expect(verifyByKey()).rejects.toThrow('has 66560 bytes, at most 65536 are read');
    registry.pushSimpleSigning(digest, []);
    registry.pushBundle(digest, Buffer.alloc(1024 * 1024 + 1));
    await expect(verifyByKey()).rejects.toThrow('has 1048577 bytes, at most 1048576 are read');
  });

  it('has a bound for all bytes', async () => {
    for (let index = 0; index < 9; index += 1) registry.pushBundle(digest, Buffer.alloc(1024 * 1024, index));
    await expect(verifyByKey()).rejects.toThrow('have more than 8388608 bytes');
  });

  it('leaves out attestations and artifacts of other kinds', async () => {
    registry.pushSimpleSigning(digest, [await layer(key)]);
    for (let index = 0; index < 200; index += 1) {
      registry.pushBundle(digest, Buffer.alloc(2 * 1024 * 1024), { mediaType: 'application/spdx+json' });
    }
    registry.pushBundle(digest, Buffer.alloc(2 * 1024 * 1024), {
      predicateType: 'https://slsa.dev/provenance/v1',
    });
    await verifyByKey();
  });
});

describe('records', () => {
  const offline = new RegistryUnreachableError('connect ECONNREFUSED');
  let root: string;
  let path: string;
  beforeEach(async () => {
    root = await mkdtemp(join(folder, 'store-'));
    path = join(root, 'policy.wasm');
    await writeFile(path, module);
  });
  const verifier = (trustRoot = () => Promise.resolve(sigstore.trustedRoot)) =>
    createVerifier({ client: registry.client, trustRoot, records: createSignatureRecords(root) });
  const recordPaths = async (): Promise<readonly string[]> =>
    (await readdir(join(root, 'signatures'))).map((name) => join(root, 'signatures', name));

  async function verifyOnline(config = byKey) {
    registry.pushSimpleSigning(digest, [await layer(key)]);
    registry.pushBundle(digest, await sigstore.signBundle(digest, await sigstore.issueCertificate()));
    await verifier().verify(image, config);
  }

  it('serve while the registry cannot be reached', async () => {
    await verifyOnline();
    registry.failure = offline;
    for (const config of [byKey, byIdentity]) {
      expect(await verifier().verify(image, config, { storedAt: path })).toMatchObject({
        digest,
        evidence: 'stored',
      });
    }
  });

  it('serve only for requirements that they satisfy', async () => {
    await verifyOnline();
    registry.failure = offline;
    const other: VerificationConfig = { allOf: [{ kind: 'pubKey', key: publicKeyPem(createKey()) }] };
    const error = verifier().verify(image, other, { storedAt: path });
    await expect(error).rejects.toThrow('Image verification failed: missing signatures');
  });

  it('serve only for the file that they are about', async () => {
    await verifyOnline();
    registry.failure = offline;
    await writeFile(path, Buffer.concat([module, Buffer.from([0])]));
    await expect(verifier().verify(image, byKey, { storedAt: path })).rejects.toThrow(offline.message);
    const missing = verifier().verify(image, byKey, { storedAt: join(root, 'missing') });
    await expect(missing).rejects.toThrow(RegistryUnreachableError);
    await expect(verifier().verify(image, byKey)).rejects.toThrow(RegistryUnreachableError);
  });

  it('serve only for the digest that is asked for', async () => {
    await verifyOnline();
    registry.failure = offline;
    const byDigest = parseImageReference(`registry.test/policies/policy@sha256:${'a'.repeat(64)}`);
    const error = verifier().verify(byDigest, byKey, { storedAt: path });
    await expect(error).rejects.toThrow(RegistryUnreachableError);
    await verifier().verify({ ...image, digest }, byKey, { storedAt: path });
  });

  it('do not serve when the registry answers', async () => {
    await verifyOnline();
    registry.failure = new NotAuthorizedError('Not authorized');
    await expect(verifier().verify(image, byKey, { storedAt: path })).rejects.toThrow(NotAuthorizedError);
    registry = createMemoryRegistry();
    registry.pushPolicy(module);
    await expect(verifier().verify(image, byKey, { storedAt: path })).rejects.toThrow('no signatures found');
  });

  it('are kept only of images that were trusted', async () => {
    await expect(verifyOnline({ allOf: [{ kind: 'githubAction', owner: 'nobody' }] })).rejects.toThrow();
    await expect(readdir(join(root, 'signatures'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -10)],
    ['empty', () => ''],
    ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
    ['about another digest', (text: string) => text.replace(/"sha256:[0-9a-f]/, '"sha256:x')],
    ['of other types', (text: string) => text.replace(/"simpleSigning":\[.*?\]/, '"simpleSigning":[1]')],
    ['too large', (text: string) => text + ' '.repeat(1024 * 1024)],
  ])('that are broken are left alone: %s', async (_what, spoil) => {
    await verifyOnline();
    for (const record of await recordPaths()) await writeFile(record, spoil(await readFile(record, 'utf8')));
    registry.failure = offline;
    const error = verifier().verify(image, byKey, { storedAt: path });
    await expect(error).rejects.toThrow(RegistryUnreachableError);
  });

  it('prove nothing when somebody else wrote them', async () => {
    await verifyOnline();
    for (const record of await recordPaths()) {
      const content = JSON.parse(await readFile(record, 'utf8')) as { simpleSigning: unknown };
      const forged = await layer(createKey());
      content.simpleSigning = [{ ...forged, payload: forged.payload.toString('base64') }];
      await writeFile(record, JSON.stringify({ ...content, bundles: [] }));
    }
    registry.failure = offline;
    const error = verifier().verify(image, byKey, { storedAt: path });
    await expect(error).rejects.toThrow('it is not signed with the required key');
  });

  it('that cannot be written do not stop a verification', async () => {
    await writeFile(join(root, 'signatures'), 'a file in the way');
    await verifyOnline();
  });

  it('are kept in a bounded number', async () => {
    const records = createSignatureRecords(root);
    registry.pushSimpleSigning(digest, [await layer(key)]);
    for (let index = 0; index < 20; index += 1) {
      const annotations = { index: String(index) };
      const layers = [
        {
          mediaType: 'application/vnd.wasm.content.layer.v1+wasm',
          digest: `sha256:${sha256(module)}`,
          size: 8,
        },
      ];
      const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, layers, annotations }));
      const about = { image: 'registry.test/policy', digest: `sha256:${sha256(manifest)}`, manifest };
      await records.save({ ...about, simpleSigning: [], bundles: [] });
    }
    expect(await recordPaths()).toHaveLength(8);
    expect(await records.findByLayer(sha256(module))).toHaveLength(8);
  });

  it('are not kept of images that are no policy', async () => {
    const records = createSignatureRecords(root);
    for (const text of ['{"layers":[]}', '[]', '{']) {
      const manifest = Buffer.from(text);
      const about = { image: 'registry.test/policy', digest: `sha256:${sha256(manifest)}`, manifest };
      await records.save({ ...about, simpleSigning: [], bundles: [] });
    }
    await expect(readdir(join(root, 'signatures'))).rejects.toThrow('ENOENT');
  });
});
