/**
 * A Sigstore of its own for each test: certificate authority, logs and time stamps with keys made on the spot, the
 * trust root that belongs to them, and signatures in both layouts. Whatever a verifier must notice can be spoilt
 * by an option.
 */
import { generateKeyPairSync } from 'node:crypto';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import {
  createCertificateAuthority,
  type IssueOptions,
  type TestCertificateAuthority,
} from './certificate-authority.ts';
import type { SigningIdentity } from './identity.ts';
import { type BundleOverrides, signBundle } from './sign-bundle.ts';
import { signSimple, type SimpleOverrides } from './sign-simple.ts';
import { createTimestampAuthority, type TestTimestampAuthority } from './timestamp-authority.ts';
import { type LogEntry, writeEntry } from './transparency-log.ts';
import { trustedRootJson } from './trusted-root.ts';

export { type CertificateSubject, fulcioOids, type IssueOptions } from './certificate-authority.ts';
export { createKey, type KeyKind, publicKeyPem, type SigningIdentity } from './identity.ts';
export { type BundleOverrides, signatureStatement } from './sign-bundle.ts';
export { simplePayload, type SimpleOverrides } from './sign-simple.ts';
export { dsseBody, hashedRekordBody, type LogEntry, rekordBody } from './transparency-log.ts';

export interface TestSigstoreOptions {
  /** Whether the trust root names the certificate transparency log. True by default. */
  readonly trustsTransparencyOfCertificates?: boolean;
  /** Whether the trust root names the time stamp authority. True by default. */
  readonly trustsTimestamps?: boolean;
  /** From when on the trust root trusts its parts. 2020 by default, as the authorities' own certificates. */
  readonly trustedFrom?: Date;
  /** Names the log in its checkpoints. */
  readonly rekorUrl?: string;
}

export interface TestSigstore {
  readonly trustedRoot: TrustedRoot;
  /** The same as JSON text, as `cosign --trusted-root` reads it. */
  readonly trustedRootJson: string;
  /** A ClientTrustConfig with this root, JSON. */
  readonly clientTrustConfig: string;
  readonly authority: TestCertificateAuthority;
  readonly timestampAuthority: TestTimestampAuthority;
  /** A key with its certificate; by default `https://example.org/signer` of `https://issuer.example.org`. */
  issueCertificate(options?: IssueOptions): Promise<SigningIdentity & { readonly certificate: string }>;
  /** Puts any body in the log. */
  logEntry(body: object, integratedTime?: Date): Promise<LogEntry>;
  /** As `logEntry`, with the identifier under which the log serves it. */
  logEntryWithId(body: object): Promise<{ readonly uuid: string; readonly entry: LogEntry }>;
  /** The annotations of a simple signing layer with this payload. */
  signSimple(
    payload: Uint8Array,
    identity: SigningIdentity,
    overrides?: SimpleOverrides,
  ): Promise<Record<string, string>>;
  /** A bundle (JSON) that says that the manifest with this digest is signed. */
  signBundle(digest: string, identity: SigningIdentity, overrides?: BundleOverrides): Promise<Uint8Array>;
}

export async function createTestSigstore(options: TestSigstoreOptions = {}): Promise<TestSigstore> {
  const notBefore = new Date('2020-01-01T00:00:00Z');
  const notAfter = new Date('2120-01-01T00:00:00Z');
  const rekor = {
    url: options.rekorUrl ?? 'https://rekor.sigstore.test',
    keys: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  };
  const transparencyLogKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const authority = await createCertificateAuthority({ transparencyLogKeys, notBefore, notAfter });
  const timestampAuthority = await createTimestampAuthority();
  const root = trustedRootJson({
    certificateChain: authority.chainDer,
    rekor: { url: rekor.url, publicKey: rekor.keys.publicKey },
    ...((options.trustsTransparencyOfCertificates ?? true) && {
      certificateTransparency: { publicKey: transparencyLogKeys.publicKey },
    }),
    ...((options.trustsTimestamps ?? true) && { timestampChain: timestampAuthority.chain }),
    validFrom: options.trustedFrom ?? notBefore,
  });
  const logEntry = async (body: object, integratedTime?: Date): Promise<LogEntry> =>
    (await writeEntry(rekor, body, integratedTime)).entry;
  const timestamp = (bytes: Uint8Array): Promise<Buffer> => timestampAuthority.timestamp(bytes);
  return {
    trustedRoot: TrustedRoot.fromJSON(root),
    trustedRootJson: JSON.stringify(root),
    clientTrustConfig: JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.clienttrustconfig.v0.1+json',
      trustedRoot: root,
      signingConfig: { mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json' },
    }),
    authority,
    timestampAuthority,
    issueCertificate: (issue) => authority.issue(issue),
    logEntry,
    logEntryWithId: (body) => writeEntry(rekor, body),
    signSimple: (payload, identity, overrides) =>
      signSimple({ logEntry, timestamp }, payload, identity, overrides),
    signBundle: (digest, identity, overrides) =>
      signBundle({ logEntry, timestamp }, digest, identity, overrides),
  };
}
