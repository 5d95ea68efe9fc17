import type { ASN1Obj, X509Certificate } from '@sigstore/core';
import { UntrustedSignatureError } from './signed-statement.ts';

/** Whom a certificate of Fulcio names (sigstore/fulcio, `docs/oid-info.md`). */
export interface CertificateIdentity {
  readonly subject: { readonly kind: 'email' | 'uri'; readonly value: string };
  /** OIDC issuer. */
  readonly issuer?: string;
  /** `owner/repo` of the workflow that signed. */
  readonly githubRepository?: string;
}

const oids = {
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  extendedKeyUsage: '2.5.29.37',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  issuerV1: '1.3.6.1.4.1.57264.1.1',
  githubRepository: '1.3.6.1.4.1.57264.1.5',
  issuerV2: '1.3.6.1.4.1.57264.1.8',
} as const;

/** Tags of GeneralName (RFC 5280, 4.2.1.6). */
const emailTag = 1;
const uriTag = 6;

/**
 * Whom a certificate names that may sign code.
 *
 * @throws UntrustedSignatureError
 */
export function readCertificateIdentity(certificate: X509Certificate): CertificateIdentity {
  checkSigningCertificate(certificate);
  const name = alternativeNames(certificate).find(
    ({ tag }) => tag.isContextSpecific(emailTag) || tag.isContextSpecific(uriTag),
  );
  if (name === undefined) {
    throw new UntrustedSignatureError('its certificate names neither an email address nor a URI');
  }
  const issuer = rawText(certificate, oids.issuerV1) ?? derText(certificate, oids.issuerV2);
  const githubRepository = rawText(certificate, oids.githubRepository);
  return {
    subject: { kind: name.tag.isContextSpecific(emailTag) ? 'email' : 'uri', value: decode(name.value) },
    ...(issuer !== undefined && { issuer }),
    ...(githubRepository !== undefined && { githubRepository }),
  };
}

/**
 * Checks that a certificate is for signing code and says whose it is, but not who issued it.
 *
 * @throws UntrustedSignatureError
 */
export function checkSigningCertificate(certificate: X509Certificate): void {
  if (certificate.extension(oids.keyUsage) === undefined || !certificate.extKeyUsage?.digitalSignature) {
    throw new UntrustedSignatureError('its certificate is not for digital signatures (key usage)');
  }
  const usages = certificate.extension(oids.extendedKeyUsage)?.valueObj.subs[0]?.subs ?? [];
  if (!usages.some((usage) => usage.toOID() === oids.codeSigning)) {
    throw new UntrustedSignatureError('its certificate is not for code signing (extended key usage)');
  }
  if (alternativeNames(certificate).length === 0) {
    throw new UntrustedSignatureError('its certificate has no subject alternative name');
  }
}

function alternativeNames(certificate: X509Certificate): readonly ASN1Obj[] {
  return certificate.extension(oids.subjectAlternativeName)?.valueObj.subs[0]?.subs ?? [];
}

function rawText(certificate: X509Certificate, oid: string): string | undefined {
  const value = certificate.extension(oid)?.value;
  return value === undefined ? undefined : decode(value);
}

function derText(certificate: X509Certificate, oid: string): string | undefined {
  const value = certificate.extension(oid)?.valueObj.subs[0]?.value;
  return value === undefined ? undefined : decode(value);
}

/** Strictly, so that no two names read the same. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new UntrustedSignatureError('its certificate holds a name that is not UTF-8', { cause });
  }
}
