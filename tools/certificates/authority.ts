/**
 * Certificates for tests and benchmarks, made on the spot without any tool beside npm.
 */
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  cryptoProvider,
  type Extension,
} from '@peculiar/x509';

cryptoProvider.set(crypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate and its private key, both PEM. */
export interface CertificateAndKey {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly isAuthority?: boolean;
  /** Overrides what would follow from the other options. */
  readonly extensions?: readonly Extension[];
}

/** A certificate authority that issues certificates and further authorities. */
export interface CertificateAuthority extends CertificateAndKey {
  issue(options: CertificateOptions): Promise<CertificateAndKey>;
  issueAuthority(options: CertificateOptions): Promise<CertificateAuthority>;
}

const day = 24 * 60 * 60 * 1000;

async function exportKey(key: CryptoKey): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function create(
  options: CertificateOptions,
  issuer?: { readonly name: string; readonly key: CryptoKey },
): Promise<{ readonly pem: CertificateAndKey; readonly keys: CryptoKeyPair; readonly name: string }> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const name = `CN=${options.commonName}`;
  const alternatives = [
    ...(options.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(options.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const extensions: readonly Extension[] = options.extensions ?? [
    new BasicConstraintsExtension(options.isAuthority ?? false, undefined, true),
    new KeyUsagesExtension(
      options.isAuthority
        ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
        : KeyUsageFlags.digitalSignature,
      true,
    ),
    ...(options.isAuthority
      ? []
      : [new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth])]),
    ...(alternatives.length > 0 ? [new SubjectAlternativeNameExtension(alternatives)] : []),
  ];
  const certificate = await X509CertificateGenerator.create({
    subject: name,
    issuer: issuer?.name ?? name,
    notBefore: options.notBefore ?? new Date(Date.now() - day),
    notAfter: options.notAfter ?? new Date(Date.now() + 30 * day),
    publicKey: keys.publicKey,
    signingKey: issuer?.key ?? keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [...extensions],
  });
  return {
    pem: { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) },
    keys,
    name,
  };
}

function authority(made: Awaited<ReturnType<typeof create>>): CertificateAuthority {
  const issuer = { name: made.name, key: made.keys.privateKey };
  return {
    ...made.pem,
    issue: async (options) => (await create(options, issuer)).pem,
    issueAuthority: async (options) => authority(await create({ ...options, isAuthority: true }, issuer)),
  };
}

/** A root authority, signed by itself. */
export async function createAuthority(options: CertificateOptions): Promise<CertificateAuthority> {
  return authority(await create({ ...options, isAuthority: true }));
}

/** A certificate for `localhost` and `127.0.0.1`, signed by itself. */
export async function selfSigned(options: Partial<CertificateOptions> = {}): Promise<CertificateAndKey> {
  const made = await create({
    commonName: 'localhost',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    ...options,
  });
  return made.pem;
}
