import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { CertificateError } from './error.ts';
import { contextTag, DerError, DerReader, tags } from './der.ts';

/** What path validation needs to know of a certificate (RFC 5280); byte arrays are DER. */
export interface Certificate {
  readonly raw: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  /** Content of the algorithm identifier. */
  readonly signatureAlgorithm: Uint8Array;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly isAuthority: boolean;
  readonly pathLength?: number;
  /** Whether the key may sign certificates; absent when the certificate does not say. */
  readonly maySignCertificates?: boolean;
  /** Content of the extension. */
  readonly nameConstraints?: Uint8Array;
  /** Content of the extension: general names. */
  readonly alternativeNames?: Uint8Array;
}

/**
 * Reads an X.509 certificate of version 3.
 *
 * @throws CertificateError named as in the original's library (webpki)
 */
export function readCertificate(raw: Uint8Array): Certificate {
  return read(raw, 'reject');
}

/** Reads a trust anchor: any version, and unknown critical extensions do not matter. */
export function readTrustAnchor(raw: Uint8Array): Certificate {
  return read(raw, 'ignore');
}

/** The key of a certificate. @throws CertificateError */
export function publicKeyOf(certificate: Certificate): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(certificate.publicKey), format: 'der', type: 'spki' });
  } catch (error) {
    throw new CertificateError('UnsupportedSignatureAlgorithmForPublicKey', { cause: error });
  }
}

/** Whether the certificate's signature was made with the key; algorithms must have been checked before. */
export function isSignedBy(certificate: Certificate, key: KeyObject): boolean {
  try {
    return new X509Certificate(certificate.raw).verify(key);
  } catch {
    return false;
  }
}

function read(raw: Uint8Array, unknownCritical: 'reject' | 'ignore'): Certificate {
  try {
    return decode(raw, unknownCritical);
  } catch (error) {
    if (error instanceof DerError) throw new CertificateError('BadDer', { cause: error });
    throw error;
  }
}

function decode(raw: Uint8Array, unknownCritical: 'reject' | 'ignore'): Certificate {
  const outer = new DerReader(raw);
  const signed = new DerReader(outer.expect(tags.sequence).content);
  outer.end();
  const body = new DerReader(signed.expect(tags.sequence).content);
  const signatureAlgorithm = signed.expect(tags.sequence).content;
  signed.expect(tags.bitString);
  signed.end();

  const version = body.optional(contextTag(0, true));
  if (unknownCritical === 'reject' && (version === undefined || !isVersion3(version.content))) {
    throw new CertificateError('UnsupportedCertVersion');
  }
  body.expect(tags.integer);
  if (!sameBytes(body.expect(tags.sequence).content, signatureAlgorithm)) {
    throw new CertificateError('SignatureAlgorithmMismatch');
  }
  const issuer = body.expect(tags.sequence).content;
  const validity = new DerReader(body.expect(tags.sequence).content);
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  validity.end();
  const subject = body.expect(tags.sequence).content;
  const publicKey = body.expect(tags.sequence).whole;
  body.optional(contextTag(1, false));
  body.optional(contextTag(2, false));
  const extensions = body.optional(contextTag(3, true));
  body.end();
  return {
    raw,
    issuer,
    subject,
    publicKey,
    signatureAlgorithm,
    notBefore,
    notAfter,
    isAuthority: false,
    ...(extensions !== undefined && readExtensions(extensions.content, unknownCritical)),
  };
}

function isVersion3(content: Uint8Array): boolean {
  const reader = new DerReader(content);
  const number = reader.expect(tags.integer).content;
  reader.end();
  return number.length === 1 && number[0] === 2;
}

/** UTCTime or GeneralizedTime, to the second and in UTC (RFC 5280, 4.1.2.5). */
function readTime(reader: DerReader): number {
  const { tag, content } = reader.next();
  const text = String.fromCharCode(...content.subarray(0, 16));
  const digits = tag === tags.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (found === null || (tag !== tags.utcTime && tag !== tags.generalizedTime)) {
    throw new CertificateError('BadDerTime');
  }
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  if (new Date(time).toISOString().replace(/\D/g, '').slice(0, 14) !== digits.slice(0, 14)) {
    throw new CertificateError('BadDerTime');
  }
  return time;
}

type Extensions = Pick<
  Certificate,
  'isAuthority' | 'pathLength' | 'maySignCertificates' | 'nameConstraints' | 'alternativeNames'
>;

/** Last byte of the identifiers 2.5.29.x. */
const standard = {
  keyUsage: 15,
  subjectAltName: 17,
  basicConstraints: 19,
  nameConstraints: 30,
  crlDistributionPoints: 31,
  extendedKeyUsage: 37,
} as const;

function readExtensions(content: Uint8Array, unknownCritical: 'reject' | 'ignore'): Extensions {
  const outer = new DerReader(content);
  const list = new DerReader(outer.expect(tags.sequence).content);
  outer.end();
  const seen = new Set<number>();
  let extensions: Extensions = { isAuthority: false };
  while (!list.atEnd) {
    const extension = new DerReader(list.expect(tags.sequence).content);
    const identifier = extension.expect(tags.objectIdentifier).content;
    const critical = extension.optional(tags.boolean)?.content[0] === 0xff;
    const value = extension.expect(tags.octetString).content;
    extension.end();
    const id = standardExtension(identifier);
    if (id === undefined) {
      if (critical && unknownCritical === 'reject')
        throw new CertificateError('UnsupportedCriticalExtension');
      continue;
    }
    if (seen.has(id)) throw new CertificateError('ExtensionValueInvalid');
    seen.add(id);
    extensions = { ...extensions, ...readExtension(id, value) };
  }
  return extensions;
}

/** The number of an extension that is understood; the last two impose nothing here. */
function standardExtension(identifier: Uint8Array): number | undefined {
  const [first, second, id] = identifier;
  if (identifier.length !== 3 || first !== 0x55 || second !== 0x1d) return undefined;
  return Object.values<number>(standard).find((known) => known === id);
}

function readExtension(id: number, value: Uint8Array): Partial<Extensions> {
  const reader = new DerReader(value);
  if (id === standard.keyUsage) {
    const bits = reader.expect(tags.bitString).content;
    reader.end();
    // The first byte counts unused bits; bit 5 from the left is keyCertSign.
    return { maySignCertificates: ((bits[1] ?? 0) & 0x04) !== 0 };
  }
  const { content } = reader.expect(tags.sequence);
  reader.end();
  if (id === standard.basicConstraints) return readBasicConstraints(content);
  if (id === standard.nameConstraints) return { nameConstraints: content };
  return id === standard.subjectAltName ? { alternativeNames: content } : {};
}

function readBasicConstraints(content: Uint8Array): Partial<Extensions> {
  const reader = new DerReader(content);
  const isAuthority = reader.optional(tags.boolean)?.content[0] === 0xff;
  const length = reader.optional(tags.integer)?.content;
  reader.end();
  if (length === undefined) return { isAuthority };
  if (length.length !== 1 || length[0]! > 0x7f) throw new CertificateError('BadDer');
  return { isAuthority, pathLength: length[0]! };
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
