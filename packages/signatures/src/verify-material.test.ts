import { createHash, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createKey,
  createTestSigstore,
  fulcioOids,
  hashedRekordBody,
  type IssueOptions,
  publicKeyPem,
  signatureStatement,
  type SigningIdentity,
  simplePayload,
  type SimpleOverrides,
  type TestSigstore,
} from '../../../tools/sigstore/test-sigstore.ts';
import { TrustRootError } from './errors.ts';
import { createJudgeSource } from './judge-source.ts';
import type { SignatureMaterial } from './material.ts';
import type { SignatureRequirement, VerificationConfig } from './verification-config/verification-config.ts';
import { verifyMaterial } from './verify-material.ts';

const manifest = Buffer.from('{"schemaVersion":2,"layers":[]}');
const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
const anotherDigest = `sha256:${'a'.repeat(64)}`;
const payload = simplePayload(digest, { optional: { env: 'prod' } });
const subject = 'https://github.com/kubewarden/policy/.github/workflows/release.yml@refs/heads/main';
const issuer = 'https://token.actions.githubusercontent.com';
const minute = 60_000;

let sigstore: TestSigstore;
let another: TestSigstore;
beforeAll(async () => {
  sigstore = await createTestSigstore();
  another = await createTestSigstore();
});

function material(parts: Partial<SignatureMaterial>): SignatureMaterial {
  return { image: 'registry.test/policy:v1', digest, manifest, simpleSigning: [], bundles: [], ...parts };
}

function verify(
  parts: Partial<SignatureMaterial>,
  requirement: SignatureRequirement | VerificationConfig,
  trustRoot = (): Promise<TestSigstore['trustedRoot']> => Promise.resolve(sigstore.trustedRoot),
): Promise<readonly string[]> {
  const config = 'kind' in requirement ? { allOf: [requirement] } : requirement;
  return verifyMaterial(material(parts), config, createJudgeSource(trustRoot));
}

async function simple(identity: SigningIdentity, overrides?: SimpleOverrides, signed = payload) {
  return { payload: signed, annotations: await sigstore.signSimple(signed, identity, overrides) };
}

const signer = (options: IssueOptions = {}) =>
  sigstore.issueCertificate({ subject: { uri: subject }, issuer, ...options });

/** A copy that may be changed. */
function trustedRoot(): TrustedRoot {
  return TrustedRoot.fromJSON(JSON.parse(sigstore.trustedRootJson));
}

const byIdentity: SignatureRequirement = {
  kind: 'genericIssuer',
  issuer,
  subject: { equal: subject },
  annotations: { env: 'prod' },
};
const byIdentityAlone: SignatureRequirement = { ...byIdentity, annotations: {} };
const noTrustRoot = () => Promise.reject(new TrustRootError('no network'));

describe('signatures of keys', () => {
  it.each(['P-256', 'P-384', 'Ed25519', 'RSA'] as const)('are verified with %s', async (kind) => {
    const key = createKey(kind);
    const requirement: SignatureRequirement = {
      kind: 'pubKey',
      owner: 'alice',
      key: publicKeyPem(key),
      annotations: { env: 'prod' },
    };
    expect(await verify({ simpleSigning: [await simple(key)] }, requirement, noTrustRoot)).toEqual([
      'public key of alice: signature layer 1, by a key with env=prod',
    ]);
    const bundle = await sigstore.signBundle(digest, key);
    expect(
      await verify({ bundles: [bundle] }, { kind: 'pubKey', key: publicKeyPem(key) }, noTrustRoot),
    ).toEqual(['public key: Sigstore bundle 1, by a key']);
  });

  it('need no log, and are not spoilt by what else came with them', async () => {
    const key = createKey();
    const layer = await simple(key);
    const annotations = { ...layer.annotations, 'dev.sigstore.cosign/bundle': '{' };
    await verify(
      { simpleSigning: [{ payload, annotations }] },
      { kind: 'pubKey', key: publicKeyPem(key) },
      noTrustRoot,
    );
  });

  it.each([
    ['another key', () => publicKeyPem(createKey()), 'it is not signed with the required key'],
    [
      'a curve that is not supported',
      () => publicKeyPem(createKey('P-521')),
      'Failed to parse the public key.',
    ],
    [
      'a private key',
      () => createKey().privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      'Failed to parse the public key.',
    ],
    ['a text', () => 'abc', 'Failed to parse the public key.'],
  ])('are not verified with %s', async (_what, key, reason) => {
    const requirement = { kind: 'pubKey', key: key() } as const;
    const error = verify({ simpleSigning: [await simple(createKey('P-521'))] }, requirement, noTrustRoot);
    await expect(error).rejects.toThrow('Image verification failed: missing signatures\n');
    await expect(error).rejects.toThrow(`- signature layer 1: by a key with env=prod: ${reason}\n`);
  });

  it('have to be of the signed bytes', async () => {
    const key = createKey();
    const requirement = { kind: 'pubKey', key: publicKeyPem(key) } as const;
    const { annotations } = await simple(key, {}, simplePayload(anotherDigest));
    const swapped = [{ payload, annotations }];
    await expect(verify({ simpleSigning: swapped }, requirement)).rejects.toThrow(
      'not signed with the required',
    );
  });
});

describe('signatures of certificates', () => {
  it.each([
    ['simple signing', async () => ({ simpleSigning: [await simple(await signer())] })],
    [
      'simple signing, logged as rekord',
      async () => ({ simpleSigning: [await simple(await signer(), { logKind: 'rekord' })] }),
    ],
    [
      'simple signing with a timestamp',
      async () => ({ simpleSigning: [await simple(await signer(), { timestamped: true })] }),
    ],
    [
      'a certificate that has expired since',
      async () => {
        const notBefore = new Date(Date.now() - 60 * minute);
        const identity = await signer({ notBefore });
        const integratedTime = new Date(notBefore.getTime() + minute);
        return { simpleSigning: [await simple(identity, { integratedTime })] };
      },
    ],
    [
      'a certificate without transparency',
      async () => ({
        simpleSigning: [await simple(await signer({ withSct: false }))],
      }),
    ],
    [
      'a certificate with the issuer of version 1',
      async () => ({
        simpleSigning: [await simple(await signer({ issuerVersions: ['v1'] }))],
      }),
    ],
    [
      'a certificate with the issuer of version 2',
      async () => ({
        simpleSigning: [await simple(await signer({ issuerVersions: ['v2'] }))],
      }),
    ],
    [
      'a bundle of version 0.1',
      async () => ({
        bundles: [await sigstore.signBundle(digest, await signer(), { version: '0.1' })],
      }),
    ],
    [
      'a bundle of version 0.2',
      async () => ({
        bundles: [await sigstore.signBundle(digest, await signer(), { version: '0.2' })],
      }),
    ],
    [
      'a bundle of version 0.3',
      async () => ({ bundles: [await sigstore.signBundle(digest, await signer())] }),
    ],
    [
      'a bundle with a timestamp and without the promise of a log',
      async () => ({
        bundles: [await sigstore.signBundle(digest, await signer(), { promised: false, timestamped: true })],
      }),
    ],
  ])('are trusted: %s', async (_what, make) => {
    const parts: Partial<SignatureMaterial> = await make();
    expect(await verify(parts, byIdentityAlone)).toEqual([
      expect.stringContaining(`by ${subject} (issuer ${issuer})`),
    ]);
  });

  it('are trusted without the transparency of certificates, if the trust root has no logs of them', async () => {
    const own = await createTestSigstore({ trustsTransparencyOfCertificates: false });
    const identity = await own.issueCertificate({ subject: { uri: subject }, issuer });
    const layer = { payload, annotations: await own.signSimple(payload, identity) };
    await verify({ simpleSigning: [layer] }, byIdentity, () => Promise.resolve(own.trustedRoot));
  });

  it('are trusted from before the day from which on the trust root lists their authority', async () => {
    const root = trustedRoot();
    root.certificateAuthorities[0]!.validFor = { start: new Date(Date.now() + 60 * minute), end: undefined };
    const layer = await simple(await signer());
    await verify({ simpleSigning: [layer] }, byIdentity, () => Promise.resolve(root));
    root.certificateAuthorities[0]!.validFor = { start: undefined, end: new Date(Date.now() - 60 * minute) };
    const late = verify({ simpleSigning: [layer] }, byIdentity, () => Promise.resolve({ ...root }));
    await expect(late).rejects.toThrow('Failed to verify certificate chain');
  });

  it('are trusted by the log key of their time, even if it is out of use now', async () => {
    const time = new Date(Date.now() - 60 * minute);
    const layer = await simple(await signer({ notBefore: time }), { integratedTime: time });
    const root = trustedRoot();
    const validFor = { start: new Date(0), end: new Date(Date.now() - minute) };
    root.tlogs[0]!.publicKey!.validFor = validFor;
    await verify({ simpleSigning: [layer] }, byIdentity, () => Promise.resolve(root));
    const fresh = verify({ simpleSigning: [await simple(await signer())] }, byIdentity, () =>
      Promise.resolve(root),
    );
    await expect(fresh).rejects.toThrow('inclusion promise could not be verified');
  });

  it('of emails are compared as well', async () => {
    const layer = await simple(await signer({ subject: { email: 'alice@example.org' } }));
    await verify({ simpleSigning: [layer] }, { ...byIdentity, subject: { equal: 'alice@example.org' } });
  });

  it('of the manifest itself are trusted', async () => {
    const identity = await signer();
    const signature = sign('sha256', manifest, identity.privateKey);
    const bundle = await messageBundle(identity, signature, createHash('sha256').update(manifest).digest());
    await verify({ bundles: [bundle] }, byIdentityAlone);
    const foreign = await messageBundle(identity, signature, Buffer.alloc(32));
    await expect(verify({ bundles: [foreign] }, byIdentityAlone)).rejects.toThrow('not about this image');
  });

  it('are untrusted without a trust root, while keys are verified', async () => {
    const key = createKey();
    const parts = { simpleSigning: [await simple(await signer()), await simple(key)] };
    const byKey = { kind: 'pubKey', key: publicKeyPem(key) } as const;
    const error = verify(parts, { allOf: [byIdentity, byKey] }, noTrustRoot);
    await expect(error).rejects.toThrow(
      '- signature layer 1: by a certificate that is not trusted with env=prod: its certificate cannot be judged ' +
        'without a trust root: no network\n',
    );
    await verify(parts, { anyOf: { minimumMatches: 1, signatures: [byIdentity, byKey] } }, noTrustRoot);
  });
});

type Envelope = BundleJson['dsseEnvelope'];

/** An entry as the second version of Rekor writes it for an envelope. */
function hashedRekord(envelope: Envelope, verifier: object, signature = envelope.signatures[0]!.sig): object {
  const statement = Buffer.from(envelope.payload, 'base64');
  const type = envelope.payloadType;
  const encoding = Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} ${type} ${statement.length} `),
    statement,
  ]);
  return {
    apiVersion: '0.0.2',
    kind: 'hashedrekord',
    spec: {
      hashedRekordV002: {
        data: { algorithm: 'SHA2_256', digest: createHash('sha256').update(encoding).digest('base64') },
        signature: { content: signature, verifier },
      },
    },
  };
}

/** A bundle without a promise of the log: a timestamp says when. */
async function rekor2Bundle(
  makeBody: (envelope: Envelope, certificate: object) => object,
): Promise<Uint8Array> {
  const parts = { promised: false, timestamped: true } as const;
  const identity = await signer();
  const { dsseEnvelope } = JSON.parse(text(await sigstore.signBundle(digest, identity, parts))) as BundleJson;
  const rawBytes = new X509Certificate(identity.certificate).raw.toString('base64');
  const logBody = makeBody(dsseEnvelope, {
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    x509Certificate: { rawBytes },
  });
  return await sigstore.signBundle(digest, identity, { ...parts, envelope: dsseEnvelope, logBody });
}

describe('signatures in Rekor 2', () => {
  it('are trusted as hashedrekord', async () => {
    const bundle = await rekor2Bundle((envelope, certificate) => hashedRekord(envelope, certificate));
    await verify({ bundles: [bundle] }, byIdentityAlone);
  });

  it('are trusted as dsse', async () => {
    const bundle = await rekor2Bundle((envelope, verifier) => {
      const payloadDigest = createHash('sha256').update(Buffer.from(envelope.payload, 'base64'));
      return {
        apiVersion: '0.0.2',
        kind: 'dsse',
        spec: {
          dsseV002: {
            payloadHash: { algorithm: 'SHA2_256', digest: payloadDigest.digest('base64') },
            signatures: [{ content: envelope.signatures[0]!.sig, verifier }],
          },
        },
      };
    });
    await verify({ bundles: [bundle] }, byIdentityAlone);
  });

  it('are refused when the entry names a bare key', async () => {
    const rawBytes = createKey().publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const bundle = await rekor2Bundle((envelope) => hashedRekord(envelope, { publicKey: { rawBytes } }));
    await expect(verify({ bundles: [bundle] }, byIdentityAlone)).rejects.toThrow(
      'its log entry is about another certificate or key',
    );
  });

  it('are refused when the entry is about another signature', async () => {
    const bundle = await rekor2Bundle((envelope, certificate) => hashedRekord(envelope, certificate, 'YQ=='));
    await expect(verify({ bundles: [bundle] }, byIdentityAlone)).rejects.toThrow('signature mismatch');
  });
});

async function messageBundle(identity: SigningIdentity, signature: Uint8Array, signed: Uint8Array) {
  const template = JSON.parse(
    Buffer.from(
      await sigstore.signBundle(digest, identity, {
        logBody: hashedRekordBody(manifest, signature, identity),
      }),
    ).toString(),
  ) as Record<string, unknown>;
  delete template['dsseEnvelope'];
  template['messageSignature'] = {
    messageDigest: { algorithm: 'SHA2_256', digest: Buffer.from(signed).toString('base64') },
    signature: Buffer.from(signature).toString('base64'),
  };
  return Buffer.from(JSON.stringify(template));
}

/** Each is built for real, and would be trusted if only the one thing were right. */
const attacks: Record<string, [make: () => Promise<Partial<SignatureMaterial>>, reason: string]> = {
  'certificate and log entry of a public signature, on another payload': [
    async () => {
      const { annotations } = await simple(await signer(), {}, simplePayload(anotherDigest));
      return { simpleSigning: [{ payload, annotations }] };
    },
    'digest mismatch',
  ],
  'the same, with a signature by the attacker': [
    async () => {
      const victim = await signer();
      const victimSigned = await simple(victim, {}, simplePayload(anotherDigest));
      const attacker = await simple(createKey());
      return {
        simpleSigning: [{ payload, annotations: { ...victimSigned.annotations, ...attacker.annotations } }],
      };
    },
    'signature mismatch',
  ],
  'the payload of the public signature itself': [
    async () => ({ simpleSigning: [await simple(await signer(), {}, simplePayload(anotherDigest))] }),
    `it is about ${anotherDigest}, not about this image`,
  ],
  'the certificate of somebody else over a signature of an own, logged key': [
    async () => {
      const victim = await signer();
      const attacker = createKey();
      return {
        simpleSigning: [
          await simple(attacker, { certificate: victim.certificate, logged: true, loggedIdentity: attacker }),
        ],
      };
    },
    'its log entry is about another certificate or key',
  ],
  'the same, with an entry that names the certificate': [
    async () => {
      const victim = await signer();
      return { simpleSigning: [await simple({ ...createKey(), certificate: victim.certificate })] };
    },
    'signature verification failed',
  ],
  'a log entry of another signature': [
    async () => ({
      simpleSigning: [await simple(await signer(), { loggedSignature: Buffer.from('another') })],
    }),
    'signature mismatch',
  ],
  'a log entry of another certificate for the same key': [
    async () => {
      const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const logged = await signer({ keys, subject: { uri: 'https://example.org/attacker' } });
      return { simpleSigning: [await simple(await signer({ keys }), { loggedIdentity: logged })] };
    },
    'its log entry is about another certificate or key',
  ],
  'a rekord entry of another payload': [
    async () => ({
      simpleSigning: [
        await simple(await signer(), { logKind: 'rekord', loggedPayload: simplePayload(anotherDigest) }),
      ],
    }),
    'its log entry is about another payload',
  ],
  'a rekord entry of another signature': [
    async () => ({
      simpleSigning: [
        await simple(await signer(), { logKind: 'rekord', loggedSignature: Buffer.from('another') }),
      ],
    }),
    'its log entry is about another signature',
  ],
  'a rekord entry with a time moved by a second': [
    async () => ({
      simpleSigning: [withTime(await simple(await signer(), { logKind: 'rekord' }), 1)],
    }),
    'inclusion promise could not be verified',
  ],
  'an entry of a log that is not trusted': [
    async () => ({
      simpleSigning: [{ payload, annotations: await another.signSimple(payload, await signer()) }],
    }),
    'inclusion promise could not be verified',
  ],
  'a bundle of a log that is not trusted': [
    async () => ({ bundles: [await another.signBundle(digest, await signer())] }),
    'inclusion promise could not be verified',
  ],
  'an entry of another kind': [
    async () => ({
      simpleSigning: [await simple(await signer(), { logBody: { apiVersion: '0.0.1', kind: 'alpine' } })],
    }),
    'its log entry is of the unknown kind alpine 0.0.1',
  ],
  'a time moved by a minute': [
    async () => ({ simpleSigning: [withTime(await simple(await signer()), 60)] }),
    'inclusion promise could not be verified',
  ],
  'no log entry at all': [
    async () => ({ simpleSigning: [await simple(await signer(), { logged: false })] }),
    'it comes without an entry of a transparency log',
  ],
  'no time but that of a timestamp authority that is not trusted': [
    async () => {
      const own = await createTestSigstore();
      const identity = await signer();
      const parts = { promised: false, timestamped: true };
      const foreign = JSON.parse(text(await own.signBundle(digest, identity, parts))) as BundleJson;
      const bundle = JSON.parse(text(await sigstore.signBundle(digest, identity, parts))) as BundleJson;
      bundle.verificationMaterial.timestampVerificationData =
        foreign.verificationMaterial.timestampVerificationData;
      return { bundles: [Buffer.from(JSON.stringify(bundle))] };
    },
    'timestamp could not be verified',
  ],
  'no time at all': [
    async () => ({ bundles: [await sigstore.signBundle(digest, await signer(), { promised: false })] }),
    'expected 1 timestamps, got 0',
  ],
  'a certificate of another authority': [
    async () => {
      const stranger = await another.issueCertificate({ subject: { uri: subject }, issuer });
      return { simpleSigning: [await simple(stranger)] };
    },
    'Failed to verify certificate chain',
  ],
  'a certificate that had expired when it was used': [
    async () => {
      const notBefore = new Date(Date.now() - 60 * minute);
      return { simpleSigning: [await simple(await signer({ notBefore }))] };
    },
    'certificate is not valid or expired at the specified date',
  ],
  'a certificate that was not valid yet when it was used': [
    async () => {
      const integratedTime = new Date(Date.now() - 60 * minute);
      return { simpleSigning: [await simple(await signer(), { integratedTime })] };
    },
    'certificate is not valid or expired at the specified date',
  ],
  'a certificate for servers': [
    async () => ({
      simpleSigning: [await simple(await signer({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] }))],
    }),
    'its certificate is not for code signing (extended key usage)',
  ],
  'a certificate without extended key usage': [
    async () => ({ simpleSigning: [await simple(await signer({ extendedKeyUsage: [] }))] }),
    'its certificate is not for code signing (extended key usage)',
  ],
  'a certificate without key usage': [
    async () => ({ simpleSigning: [await simple(await signer({ keyUsage: false }))] }),
    'its certificate is not for digital signatures (key usage)',
  ],
  'a certificate without a name': [
    async () => ({ simpleSigning: [await simple(await signer({ subject: [] }))] }),
    'its certificate has no subject alternative name',
  ],
  'a certificate of a server': [
    async () => ({ simpleSigning: [await simple(await signer({ subject: { dns: 'github.com' } }))] }),
    'its certificate names neither an email address nor a URI',
  ],
  'a certificate of which the transparency is of another log': [
    async () => {
      // The authority is trusted here, its log of certificates is not.
      const root = another.trustedRoot;
      return {
        simpleSigning: [
          {
            payload,
            annotations: await sigstore.signSimple(
              payload,
              await another.issueCertificate({ subject: { uri: subject }, issuer }),
            ),
          },
        ],
        root: {
          ...sigstore.trustedRoot,
          certificateAuthorities: root.certificateAuthorities,
        },
      };
    },
    'SCT verification failed',
  ],
  'another issuer': [
    async () => ({ simpleSigning: [await simple(await signer({ issuer: 'https://example.org' }))] }),
    'the issuer is another one',
  ],
  'no issuer': [
    async () => ({ simpleSigning: [await simple(await signer({ issuer: undefined }))] }),
    'the issuer is another one',
  ],
  'a subject that goes on': [
    async () => ({ simpleSigning: [await simple(await signer({ subject: { uri: `${subject}-hacker` } }))] }),
    'the subject is another one',
  ],
  'a subject that is the second name of the certificate': [
    async () => ({
      simpleSigning: [
        await simple(await signer({ subject: [{ email: 'mallory@example.org' }, { uri: subject }] })),
      ],
    }),
    'the subject is another one',
  ],
  'annotations of another signature': [
    async () => ({
      simpleSigning: [
        await simple(await signer(), {}, simplePayload(digest)),
        await simple(createKey(), {}, payload),
      ],
    }),
    'it has no annotation env',
  ],
  'other annotations': [
    async () => ({
      simpleSigning: [await simple(await signer(), {}, simplePayload(digest, { optional: { env: 'dev' } }))],
    }),
    'its annotation env is dev',
  ],
  'a statement about two images': [
    async () => {
      const statement = signatureStatement(digest) as { subject: object[] };
      const subjects = [...statement.subject, { digest: { sha256: 'a'.repeat(64) } }];
      return {
        bundles: [
          await sigstore.signBundle(digest, await signer(), {
            statement: { ...statement, subject: subjects },
          }),
        ],
      };
    },
    'its statement does not have exactly one subject',
  ],
  'a statement about another image': [
    async () => ({ bundles: [await sigstore.signBundle(anotherDigest, await signer())] }),
    `it is about ${anotherDigest}, not about this image`,
  ],
  'a statement of another kind': [
    async () => ({
      bundles: [
        await sigstore.signBundle(digest, await signer(), {
          predicateType: 'https://slsa.dev/provenance/v1',
        }),
      ],
    }),
    'it is no signature but a statement of type https://slsa.dev/provenance/v1',
  ],
  'a statement in another envelope': [
    async () => ({
      bundles: [await sigstore.signBundle(digest, await signer(), { payloadType: 'text/plain' })],
    }),
    'its payload is of type text/plain',
  ],
  'a statement that is not JSON': [
    async () => ({
      bundles: [await sigstore.signBundle(digest, await signer(), { payload: Buffer.from('{') })],
    }),
    'its statement is not JSON',
  ],
  'an envelope that was changed after it was logged': [
    async () => {
      const bundle = JSON.parse(text(await sigstore.signBundle(digest, await signer()))) as BundleJson;
      const changed = { ...signatureStatement(digest), extra: 1 };
      bundle.dsseEnvelope.payload = Buffer.from(JSON.stringify(changed)).toString('base64');
      return { bundles: [Buffer.from(JSON.stringify(bundle))] };
    },
    'DSSE payload hash mismatch',
  ],
  'an envelope with two signatures': [
    async () => {
      const bundle = JSON.parse(text(await sigstore.signBundle(digest, await signer()))) as BundleJson;
      bundle.dsseEnvelope.signatures.push(bundle.dsseEnvelope.signatures[0]!);
      return { bundles: [Buffer.from(JSON.stringify(bundle))] };
    },
    'it is no valid Sigstore bundle',
  ],
  'a bundle that is not JSON': [async () => ({ bundles: [Buffer.from('{"a":')] }), 'it is not JSON'],
  'a bundle that is a list': [async () => ({ bundles: [Buffer.from('[]')] }), 'it is not a JSON object'],
  'a bundle of nesting': [async () => ({ bundles: [Buffer.from('['.repeat(500_000))] }), 'it is not JSON'],
  'a bundle without content': [
    async () => ({ bundles: [Buffer.from('{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}')] }),
    'it is no valid Sigstore bundle',
  ],
  'a payload that is not JSON': [
    async () => ({ simpleSigning: [await simple(await signer(), {}, Buffer.from('{'))] }),
    'its payload is not JSON',
  ],
  'a payload with a timestamp that is a text': [
    async () => ({
      simpleSigning: [
        await simple(await signer(), {}, simplePayload(digest, { optional: { timestamp: 'today' } })),
      ],
    }),
    'optional.timestamp',
  ],
  'a layer without a signature': [
    async () => ({ simpleSigning: [{ payload, annotations: {} }] }),
    'it has no signature annotation',
  ],
  'a certificate that is none': [
    async () => {
      const layer = await simple(await signer());
      const annotations = { ...layer.annotations, 'dev.sigstore.cosign/certificate': 'none' };
      return { simpleSigning: [{ payload, annotations }] };
    },
    'PEM',
  ],
  'thousands of log entries': [
    async () => {
      const bundle = JSON.parse(text(await sigstore.signBundle(digest, await signer()))) as BundleJson;
      const { tlogEntries } = bundle.verificationMaterial;
      for (let index = 1; index < 3000; index += 1) {
        tlogEntries.push({ ...tlogEntries[0]!, integratedTime: String(index) });
      }
      return { bundles: [Buffer.from(JSON.stringify(bundle))] };
    },
    'it comes with more than 8 log entries or timestamps',
  ],
  'a log entry that is none': [
    async () => {
      const layer = await simple(await signer());
      const annotations = { ...layer.annotations, 'dev.sigstore.cosign/bundle': '{}' };
      return { simpleSigning: [{ payload, annotations }] };
    },
    'its Rekor bundle is incomplete',
  ],
};

interface BundleJson {
  verificationMaterial: { timestampVerificationData: unknown; tlogEntries: object[] };
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function withTime({ payload: signed, annotations }: Awaited<ReturnType<typeof simple>>, seconds: number) {
  const name = 'dev.sigstore.cosign/bundle';
  const bundle = JSON.parse(annotations[name]!) as { Payload: { integratedTime: number } };
  bundle.Payload.integratedTime += seconds;
  return { payload: signed, annotations: { ...annotations, [name]: JSON.stringify(bundle) } };
}

describe('attacks', () => {
  it.each(Object.entries(attacks))('are refused: %s', async (_what, [make, reason]) => {
    const { root, ...parts } = (await make()) as Partial<SignatureMaterial> & {
      root?: TestSigstore['trustedRoot'];
    };
    const error = verify(parts, byIdentity, () => Promise.resolve(root ?? sigstore.trustedRoot));
    await expect(error).rejects.toThrow(reason);
    await expect(error).rejects.toThrow(
      /^(?:Image verification failed: missing signatures|failed to get image trusted layers: No Signature Layer passed verification)\n/,
    );
  });

  it('with look-alikes of a prefix are refused', async () => {
    const requirement: SignatureRequirement = {
      ...byIdentity,
      subject: { urlPrefix: 'https://github.com/kubewarden/' },
    };
    await verify({ simpleSigning: [await simple(await signer())] }, requirement);
    const hacker = await signer({ subject: { uri: 'https://github.com/kubewarden-hacker/policy' } });
    const error = verify({ simpleSigning: [await simple(hacker)] }, requirement);
    await expect(error).rejects.toThrow('the subject is another one');
  });
});

describe('signatures of GitHub Actions', () => {
  it('are those of the repository that ran the workflow', async () => {
    const uri = 'https://github.com/elsewhere/shared/.github/workflows/sign.yml@refs/heads/main';
    const extensions = [
      { oid: fulcioOids.githubRepository, value: 'kubewarden/policy', encoding: 'raw' as const },
    ];
    const layer = await simple(await signer({ subject: { uri }, extensions }));
    await verify({ simpleSigning: [layer] }, { kind: 'githubAction', owner: 'kubewarden', repo: 'policy' });
    const other = verify({ simpleSigning: [layer] }, { kind: 'githubAction', owner: 'elsewhere' });
    await expect(other).rejects.toThrow('the GitHub owner is another one');
  });
});

it('lets others work while it looks through many signatures', async () => {
  const layers = await Promise.all(Array.from({ length: 100 }, async () => await simple(await signer())));
  let turns = 0;
  const others = setInterval(() => (turns += 1), 0);
  await expect(
    verify({ simpleSigning: layers }, { ...byIdentityAlone, subject: { equal: 'nobody' } }),
  ).rejects.toThrow('missing signatures');
  clearInterval(others);
  expect(turns).toBeGreaterThan(10);
});

describe('messages', () => {
  it('say that there is no signature', async () => {
    await expect(verify({}, byIdentity)).rejects.toThrow(
      /^no signatures found for image: registry\.test\/policy:v1 $/,
    );
  });

  it('tell of a few signatures only, and drive no terminal', async () => {
    const layers = Array.from({ length: 30 }, () => ({ payload, annotations: {} }));
    const evil = simplePayload(digest, { optional: { '\u001b[31m\n': 'x'.repeat(5000) } });
    const error: Error = await verify(
      { simpleSigning: [await simple(createKey(), {}, evil), ...layers] },
      byIdentity,
    ).then(
      () => expect.unreachable(),
      (thrown: unknown) => thrown as Error,
    );
    const lines = error.message.split('\n');
    expect(lines).toContain('- and 21 more');
    expect(lines.length).toBeLessThan(21);
    expect(error.message).not.toContain('\u001b');
    expect(error.message.length).toBeLessThan(2500);
  });
});
