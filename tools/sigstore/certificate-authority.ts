import 'reflect-metadata';
import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
  cryptoProvider,
} from '@peculiar/x509';
import { initializeCTLog } from '@sigstore/mock/dist/fulcio/index.js';
import { derOctetString, derUtf8String } from './der.ts';
import type { SigningIdentity } from './identity.ts';

cryptoProvider.set(crypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** Signed certificate timestamps (RFC 6962, 3.3). */
const sctListOid = '1.3.6.1.4.1.11129.2.4.2';
const minute = 60_000;

/** Extensions of Fulcio (`1.3.6.1.4.1.57264.1.…`). */
export const fulcioOids = {
  /** Raw UTF-8, as all below `.8`. */
  issuerV1: '1.3.6.1.4.1.57264.1.1',
  githubTrigger: '1.3.6.1.4.1.57264.1.2',
  githubSha: '1.3.6.1.4.1.57264.1.3',
  githubWorkflow: '1.3.6.1.4.1.57264.1.4',
  githubRepository: '1.3.6.1.4.1.57264.1.5',
  githubRef: '1.3.6.1.4.1.57264.1.6',
  /** DER UTF8String. */
  issuerV2: '1.3.6.1.4.1.57264.1.8',
} as const;

interface CertificateExtension {
  readonly oid: string;
  readonly value: string;
  /** `raw`: the bytes of the text; `utf8`: a DER UTF8String. */
  readonly encoding: 'raw' | 'utf8';
}

export type CertificateSubject =
  | { readonly uri: string }
  | { readonly email: string }
  | { readonly dns: string };

export interface IssueOptions {
  /** Subject alternative names; an empty list leaves the extension out. */
  readonly subject?: CertificateSubject | readonly CertificateSubject[];
  /** OIDC issuer; `undefined` leaves it out. */
  readonly issuer?: string | undefined;
  /** Which of the two extensions name the issuer. Both by default. */
  readonly issuerVersions?: readonly ('v1' | 'v2')[];
  readonly extensions?: readonly CertificateExtension[];
  /** True by default. */
  readonly withSct?: boolean;
  /** Now by default. */
  readonly notBefore?: Date;
  /** 10 minutes after `notBefore` by default. */
  readonly notAfter?: Date;
  /** `codeSigning` by default; an empty list leaves the extension out. */
  readonly extendedKeyUsage?: readonly string[];
  /** False leaves the extension out. */
  readonly keyUsage?: boolean;
  /** Of the holder; a new P-256 pair by default. */
  readonly keys?: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
}

export interface TestCertificateAuthority {
  /** PEM of the intermediate and the root, in this order. */
  readonly chain: readonly string[];
  /** DER of the same. */
  readonly chainDer: readonly Buffer[];
  issue(options?: IssueOptions): Promise<SigningIdentity & { readonly certificate: string }>;
  /** For a key of which only the public half is known. */
  certify(publicKey: KeyObject, options?: IssueOptions): Promise<X509Certificate>;
}

/** A root, an intermediate and what Fulcio would issue with it; each property of a leaf can be spoilt. */
export async function createCertificateAuthority(options: {
  readonly transparencyLogKeys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly notBefore: Date;
  readonly notAfter: Date;
}): Promise<TestCertificateAuthority> {
  const root = await createAuthority('CN=root,O=sigstore.test', options);
  const intermediate = await createAuthority('CN=intermediate,O=sigstore.test', options, root);
  const chain = [intermediate.certificate.toString('pem'), root.certificate.toString('pem')];

  const certify = async (publicKey: KeyObject, issue: IssueOptions = {}): Promise<X509Certificate> => {
    const notBefore = issue.notBefore ?? new Date();
    const extensions = await leafExtensions(publicKey, issue, intermediate.publicKey);
    const parameters = {
      serialNumber: randomBytes(16).toString('hex').replace(/^./, '1'),
      issuer: intermediate.name,
      notBefore,
      notAfter: issue.notAfter ?? new Date(notBefore.getTime() + 10 * minute),
      publicKey: spki(publicKey),
      signingKey: intermediate.privateKey,
      signingAlgorithm: algorithm,
      extensions,
    };
    if (issue.withSct ?? true) {
      const precertificate = await X509CertificateGenerator.create(parameters);
      const log = await initializeCTLog(options.transparencyLogKeys, notBefore);
      const issuerId = createHash('sha256').update(spki(intermediate.publicKey)).digest();
      const timestamp = Buffer.from(await log.log(precertificate.rawData, Uint8Array.from(issuerId).buffer));
      const list = Buffer.concat([Buffer.from([timestamp.length >> 8, timestamp.length & 0xff]), timestamp]);
      extensions.push(new Extension(sctListOid, false, derOctetString(list)));
    }
    return X509CertificateGenerator.create(parameters);
  };

  return {
    chain,
    chainDer: [intermediate, root].map(({ certificate }) => Buffer.from(certificate.rawData)),
    certify,
    issue: async (issue = {}) => {
      const keys = issue.keys ?? generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const certificate = await certify(keys.publicKey, issue);
      return { ...keys, certificate: certificate.toString('pem'), chain: chain.join('\n') };
    },
  };
}

interface Authority {
  readonly name: string;
  readonly certificate: X509Certificate;
  readonly privateKey: CryptoKey;
  readonly publicKey: KeyObject;
}

async function createAuthority(
  name: string,
  validity: { readonly notBefore: Date; readonly notAfter: Date },
  issuer?: Authority,
): Promise<Authority> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = Uint8Array.from(keys.privateKey.export({ format: 'der', type: 'pkcs8' }));
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  const certificate = await X509CertificateGenerator.create({
    subject: name,
    issuer: issuer?.name ?? name,
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
    publicKey: spki(keys.publicKey),
    signingKey: issuer?.privateKey ?? privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ...(issuer === undefined ? [] : [new ExtendedKeyUsageExtension([ExtendedKeyUsage.codeSigning])]),
      await SubjectKeyIdentifierExtension.create(spki(keys.publicKey)),
      await AuthorityKeyIdentifierExtension.create(spki(issuer?.publicKey ?? keys.publicKey)),
    ],
  });
  return { name, certificate, privateKey, publicKey: keys.publicKey };
}

async function leafExtensions(
  publicKey: KeyObject,
  options: IssueOptions,
  authorityKey: KeyObject,
): Promise<Extension[]> {
  const subjects = [options.subject ?? { uri: 'https://example.org/signer' }].flat();
  const usages = options.extendedKeyUsage ?? [ExtendedKeyUsage.codeSigning];
  const issuer = 'issuer' in options ? options.issuer : 'https://issuer.example.org';
  const versions = issuer === undefined ? [] : (options.issuerVersions ?? ['v1', 'v2']);
  const issuerExtensions = versions.map((version): CertificateExtension =>
    version === 'v1'
      ? { oid: fulcioOids.issuerV1, value: issuer!, encoding: 'raw' }
      : { oid: fulcioOids.issuerV2, value: issuer!, encoding: 'utf8' },
  );
  return [
    ...((options.keyUsage ?? true) ? [new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true)] : []),
    ...(usages.length > 0 ? [new ExtendedKeyUsageExtension([...usages])] : []),
    ...(subjects.length > 0
      ? [new SubjectAlternativeNameExtension(subjects.map(alternativeName), true)]
      : []),
    await SubjectKeyIdentifierExtension.create(spki(publicKey)),
    await AuthorityKeyIdentifierExtension.create(spki(authorityKey)),
    ...[...issuerExtensions, ...(options.extensions ?? [])].map(
      ({ oid, value, encoding }) =>
        new Extension(
          oid,
          false,
          encoding === 'raw' ? Uint8Array.from(Buffer.from(value)) : derUtf8String(value),
        ),
    ),
  ];
}

function alternativeName(subject: CertificateSubject): { type: 'url' | 'email' | 'dns'; value: string } {
  if ('uri' in subject) return { type: 'url', value: subject.uri };
  if ('email' in subject) return { type: 'email', value: subject.email };
  return { type: 'dns', value: subject.dns };
}

function spki(key: KeyObject): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(key.export({ format: 'der', type: 'spki' }));
}
