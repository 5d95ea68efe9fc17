import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMemoryRegistry } from '../../../tools/sigstore/memory-registry.ts';
import {
  createKey,
  createTestSigstore,
  type IssueOptions,
  type SigningIdentity,
  simplePayload,
  type SimpleOverrides,
  type TestSigstore,
} from '../../../tools/sigstore/test-sigstore.ts';
import { createVerifier } from './create-verifier.ts';
import { TrustRootError } from './errors.ts';
import { createJudgeSource } from './judge-source.ts';
import type { SimpleSigningLayer } from './material.ts';
import type { CertificateRequirement } from './verifier.ts';
import { verifyWithCertificate } from './verify-with-certificate.ts';

const manifest = Buffer.from('{}');
const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
const minute = 60_000;
const refused = 'verification failed: Several Signature Layers failed verification\n';

let sigstore: TestSigstore;
let another: TestSigstore;
beforeAll(async () => {
  sigstore = await createTestSigstore();
  another = await createTestSigstore();
});

type Signer = SigningIdentity & { readonly certificate: string };
const issue = (options: IssueOptions = {}): Promise<Signer> => sigstore.issueCertificate(options);
const pem = (text: string): Uint8Array => Buffer.from(text);

async function layer(
  signer: SigningIdentity,
  overrides: SimpleOverrides = {},
  optional: object | null = null,
) {
  const payload = simplePayload(digest, { optional });
  return {
    payload,
    annotations: await sigstore.signSimple(payload, signer, { logged: false, ...overrides }),
  };
}

function verify(
  layers: readonly SimpleSigningLayer[],
  signer: Signer,
  requirement: Partial<CertificateRequirement> = {},
  { trustRoot = () => Promise.resolve(sigstore.trustedRoot), now = new Date() } = {},
): Promise<readonly string[]> {
  return verifyWithCertificate(
    { image: 'registry.test/policy:v1', digest, manifest, simpleSigning: layers, bundles: [] },
    { certificate: pem(signer.certificate), requireRekorBundle: false, ...requirement },
    createJudgeSource(trustRoot),
    now,
  );
}

const noTrustRoot = { trustRoot: () => Promise.reject(new TrustRootError('no network')) };
const chain = () => sigstore.authority.chain.map(pem);

describe('a given certificate', () => {
  it('is satisfied by what its key has signed, without any trust root', async () => {
    const signer = await issue();
    expect(await verify([await layer(createKey()), await layer(signer)], signer, {}, noTrustRoot)).toEqual([
      'certificate of URI:https://example.org/signer: signature layer 2',
    ]);
  });

  it('is trusted when one of its chain has issued it, in any order', async () => {
    const signer = await issue();
    const layers = [await layer(signer)];
    await verify(layers, signer, { chain: chain() });
    await verify(layers, signer, { chain: chain().toReversed() });
    await expect(verify(layers, signer, { chain: another.authority.chain.map(pem) })).rejects.toThrow(
      'verification failed: the certificate is issued by none of its chain',
    );
    for (const empty of [[], [pem(signer.certificate)]]) {
      await expect(verify(layers, signer, { chain: empty })).rejects.toThrow('issued by none of its chain');
    }
  });

  it('has to be valid now only if it comes with a chain', async () => {
    const signer = await issue({ notBefore: new Date(Date.now() - 60 * minute) });
    const layers = [await layer(signer)];
    await verify(layers, signer);
    await expect(verify(layers, signer, { chain: chain() })).rejects.toThrow('the certificate has expired');
    const early = { now: new Date(Date.now() - 120 * minute) };
    await expect(verify(layers, signer, {}, early)).rejects.toThrow('the certificate is not valid yet');
  });

  it.each([
    [
      'is for servers',
      { extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] },
      'its certificate is not for code signing',
    ],
    ['has no key usage', { keyUsage: false }, 'its certificate is not for digital signatures'],
    ['names nobody', { subject: [] }, 'its certificate has no subject alternative name'],
  ])('is refused when it %s', async (_what, options, message) => {
    const signer = await issue(options);
    await expect(verify([await layer(signer)], signer)).rejects.toThrow(`verification failed: ${message}`);
  });

  it('is refused when it is none', async () => {
    const signer = await issue();
    const layers = [await layer(signer)];
    await expect(verify(layers, { ...signer, certificate: 'none' })).rejects.toThrow(
      'verification failed: the certificate cannot be read',
    );
    await expect(verify(layers, signer, { chain: [pem('none')] })).rejects.toThrow(
      'verification failed: certificate 1 of the chain cannot be read',
    );
  });

  it('is not satisfied by the signatures of others', async () => {
    const signer = await issue();
    await expect(verify([await layer(createKey())], signer)).rejects.toThrow(
      `${refused}The following signatures were found:\n` +
        '- signature layer 1: it is not signed with the key of the certificate\n',
    );
  });

  it('needs the annotations in the same signature', async () => {
    const signer = await issue();
    const annotations = { env: 'prod' };
    await verify([await layer(signer, {}, annotations)], signer, { annotations });
    const apart = [await layer(signer), await layer(createKey(), {}, annotations)];
    await expect(verify(apart, signer, { annotations })).rejects.toThrow(refused);
  });
});

describe('a given certificate and a log', () => {
  it('need an entry if it is demanded', async () => {
    const signer = await issue();
    const demand = { requireRekorBundle: true };
    await expect(verify([await layer(signer)], signer, demand)).rejects.toThrow('it has no Rekor bundle');
    const logged = [await layer(signer, { logged: true })];
    await verify(logged, signer, demand);
    await expect(verify(logged, signer, demand, noTrustRoot)).rejects.toThrow(
      'its Rekor bundle cannot be judged without a trust root: no network',
    );
    await verify(logged, signer, {}, noTrustRoot);
  });

  it('agree when the entry names the bare key', async () => {
    const signer = await issue();
    const { certificate: _, ...bare } = signer;
    const logged = [await layer(signer, { logged: true, loggedIdentity: bare })];
    await verify(logged, signer, { requireRekorBundle: true });
  });

  it.each([
    [
      'is about another payload',
      async (signer: Signer) => layer(signer, { logged: true, loggedPayload: Buffer.from('another') }),
      'digest mismatch',
    ],
    [
      'is about another key',
      async (signer: Signer) => layer(signer, { logged: true, loggedIdentity: createKey() }),
      'its log entry is about another certificate or key',
    ],
    [
      'was made when the certificate had expired',
      async (signer: Signer) =>
        layer(signer, { logged: true, integratedTime: new Date(Date.now() + 60 * minute) }),
      'Public key is not valid for timestamp',
    ],
    [
      'is none',
      async (signer: Signer) => {
        const { payload, annotations } = await layer(signer);
        return { payload, annotations: { ...annotations, 'dev.sigstore.cosign/bundle': '{}' } };
      },
      'its Rekor bundle is incomplete',
    ],
  ])('disagree when the entry %s', async (_what, make, message) => {
    const signer = await issue();
    const layers = [await make(signer)];
    for (const requireRekorBundle of [true, false]) {
      await expect(verify(layers, signer, { requireRekorBundle })).rejects.toThrow(message);
    }
  });
});

describe('verifyCertificate', () => {
  it('asks the registry', async () => {
    const registry = createMemoryRegistry();
    const pushed = registry.pushPolicy(Buffer.from('0061736d01000000', 'hex'));
    const signer = await issue();
    registry.pushBundle(pushed, await sigstore.signBundle(pushed, signer));
    const verifier = createVerifier({ client: registry.client, ...noTrustRoot });
    const image = { registry: 'registry.test', repository: 'policy', tag: 'v1' };
    const requirement = { certificate: pem(signer.certificate), requireRekorBundle: false };
    expect(await verifier.verifyCertificate(image, requirement)).toMatchObject({
      digest: pushed,
      evidence: 'registry',
    });
    const other = { ...requirement, certificate: pem((await issue()).certificate) };
    await expect(verifier.verifyCertificate(image, other)).rejects.toThrow(refused);
  });
});
