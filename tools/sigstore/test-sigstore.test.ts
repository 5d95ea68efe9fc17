import { bundleFromJSON } from '@sigstore/bundle';
import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from '@sigstore/sign';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { afterAll, describe, expect, it } from 'vitest';
import { startTestSigstore } from './serve-sigstore.ts';
import { createKey, createTestSigstore, simplePayload } from './test-sigstore.ts';

const digest = `sha256:${'a'.repeat(64)}`;

interface SimpleBundle {
  readonly SignedEntryTimestamp: string;
  readonly Payload: { body: string; integratedTime: number; logIndex: number; logID: string };
}

/** A layer's annotations in the form that the library verifies. */
function asBundle(annotations: Record<string, string>, payloadDigest: Buffer): object {
  const { SignedEntryTimestamp, Payload } = JSON.parse(
    annotations['dev.sigstore.cosign/bundle']!,
  ) as SimpleBundle;
  const certificate = annotations['dev.sigstore.cosign/certificate']!.replace(/-----[A-Z ]+-----|\s/g, '');
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      x509CertificateChain: { certificates: [{ rawBytes: certificate }] },
      tlogEntries: [
        {
          logIndex: String(Payload.logIndex),
          logId: { keyId: Buffer.from(Payload.logID, 'hex').toString('base64') },
          kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
          integratedTime: String(Payload.integratedTime),
          inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
          canonicalizedBody: Payload.body,
        },
      ],
    },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: payloadDigest.toString('base64') },
      signature: annotations['dev.cosignproject.cosign/signature'],
    },
  };
}

async function sha256(bytes: Uint8Array): Promise<Buffer> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)));
}

describe('createTestSigstore', () => {
  it('signs bundles that the reference implementation trusts', async () => {
    const sigstore = await createTestSigstore();
    const identity = await sigstore.issueCertificate({ subject: { email: 'alice@example.org' } });
    const bytes = await sigstore.signBundle(digest, identity, { timestamped: true });
    const bundle = bundleFromJSON(JSON.parse(Buffer.from(bytes).toString()));
    const signer = new Verifier(toTrustMaterial(sigstore.trustedRoot), {
      tlogThreshold: 1,
      ctlogThreshold: 1,
      timestampThreshold: 2,
    }).verify(toSignedEntity(bundle));
    expect(signer.identity).toMatchObject({
      subjectAlternativeName: 'alice@example.org',
      extensions: { issuer: 'https://issuer.example.org' },
    });
  });

  it('signs simple payloads that the reference implementation trusts', async () => {
    const sigstore = await createTestSigstore();
    const payload = simplePayload(digest);
    const identity = await sigstore.issueCertificate();
    const annotations = await sigstore.signSimple(payload, identity);
    const verifier = new Verifier(toTrustMaterial(sigstore.trustedRoot));
    const bundle = bundleFromJSON(asBundle(annotations, await sha256(payload)));
    expect(verifier.verify(toSignedEntity(bundle, payload)).identity?.subjectAlternativeName).toBe(
      'https://example.org/signer',
    );
    const spoilt = await sigstore.signSimple(payload, identity, {
      loggedPayload: simplePayload('sha256:00'),
    });
    const replayed = bundleFromJSON(asBundle(spoilt, await sha256(payload)));
    expect(() => verifier.verify(toSignedEntity(replayed, payload))).toThrow();
  });

  it('attaches no log entry to what a key signs unless told to', async () => {
    const sigstore = await createTestSigstore();
    const key = createKey('Ed25519');
    expect(Object.keys(await sigstore.signSimple(simplePayload(digest), key))).toEqual([
      'dev.cosignproject.cosign/signature',
    ]);
    expect(
      Object.keys(await sigstore.signSimple(simplePayload(digest), key, { logged: true, timestamped: true })),
    ).toEqual([
      'dev.cosignproject.cosign/signature',
      'dev.sigstore.cosign/bundle',
      'dev.sigstore.cosign/rfc3161timestamp',
    ]);
  });

  it('does not trust the identities of another test', async () => {
    const [ours, theirs] = await Promise.all([createTestSigstore(), createTestSigstore()]);
    const bytes = await theirs.signBundle(digest, await theirs.issueCertificate());
    const bundle = bundleFromJSON(JSON.parse(Buffer.from(bytes).toString()));
    const verifier = new Verifier(toTrustMaterial(ours.trustedRoot));
    expect(() => verifier.verify(toSignedEntity(bundle))).toThrow('Failed to verify certificate chain');
  });
});

describe('startTestSigstore', async () => {
  const sigstore = await startTestSigstore();
  afterAll(() => sigstore.close());
  const signWith = (token: string) =>
    new DSSEBundleBuilder({
      signer: new FulcioSigner({
        fulcioBaseURL: sigstore.url,
        identityProvider: { getToken: () => Promise.resolve(token) },
      }),
      witnesses: [
        new RekorWitness({ rekorBaseURL: sigstore.url }),
        new TSAWitness({ tsaBaseURL: sigstore.url }),
      ],
    }).create({ data: Buffer.from('{}'), type: 'application/vnd.in-toto+json' });

  it('serves the client of the reference implementation', async () => {
    const bundle = await signWith(
      sigstore.identityToken({ email: 'bob@example.org', iss: 'https://login.test' }),
    );
    const signer = new Verifier(toTrustMaterial(sigstore.trustedRoot), { timestampThreshold: 2 }).verify(
      toSignedEntity(bundle),
    );
    expect(signer.identity).toMatchObject({
      subjectAlternativeName: 'bob@example.org',
      extensions: { issuer: 'https://login.test' },
    });
    expect(sigstore.requests.toSorted()).toEqual([
      'POST /api/v1/log/entries',
      'POST /api/v1/timestamp',
      'POST /api/v2/signingCert',
    ]);
  });

  it('certifies no holder of a token that it did not give', async () => {
    const other = await startTestSigstore();
    await other.close();
    await expect(signWith(other.identityToken())).rejects.toThrow('error creating signing certificate');
  });
});
