import type { KeyObject } from 'node:crypto';
import { isSignedBy, publicKeyOf, readCertificate, sameBytes, type Certificate } from './certificate.ts';
import { CertificateError, endsSearch, mostTelling } from './error.ts';
import { checkNameConstraints } from './name-constraints.ts';
import { checkSignatureAlgorithm } from './signature-algorithms.ts';

/** The most intermediate authorities between leaf and trust anchor. */
const maximumIntermediates = 6;

/** The most signatures that are checked for one request. */
const maximumSignatureChecks = 100;

/** The most steps of the search for a path; without it a chain of look-alikes would take for ever. */
const maximumPathSteps = 10_000;

/** Finds the trust anchors that may have issued a certificate, by the DER of the issuer's name. */
export type TrustAnchors = (issuer: Uint8Array) => readonly Certificate[];

/**
 * Checks that a path of valid certificates leads from the leaf to a trust anchor (RFC 5280, section 6, as far
 * as the original's library goes): signatures, validity of leaf and intermediates, basic constraints, path
 * length, key usage of authorities, name constraints. Neither the anchor's validity nor revocation counts, and
 * any extended key usage will do.
 *
 * @param intermediates DER of certificates that may be part of the path, in any order
 * @param time milliseconds since 1970
 * @throws CertificateError
 */
export function checkPath(
  leaf: Certificate,
  intermediates: readonly Uint8Array[],
  anchors: TrustAnchors,
  time: number,
): void {
  new Search(intermediates, anchors, time).from([leaf]);
}

class Search {
  readonly #intermediates: readonly Uint8Array[];
  readonly #anchors: TrustAnchors;
  readonly #time: number;
  #signatureChecks = 0;
  #steps = 0;

  constructor(intermediates: readonly Uint8Array[], anchors: TrustAnchors, time: number) {
    this.#intermediates = intermediates;
    this.#anchors = anchors;
    this.#time = time;
  }

  /** @param path from the leaf upwards */
  from(path: readonly Certificate[]): void {
    const head = path.at(-1)!;
    this.#checkAlone(head, path.length - 1);
    let failure = new CertificateError('UnknownIssuer');
    const attempts = [
      ...this.#anchors(head.issuer).map((anchor) => () => this.#checkComplete(path, anchor)),
      ...this.#intermediates.map((der) => () => this.#extend(path, der)),
    ];
    for (const attempt of attempts) {
      try {
        attempt();
        return;
      } catch (error) {
        if (!(error instanceof CertificateError) || endsSearch(error)) throw error;
        failure = mostTelling(failure, error);
      }
    }
    throw failure;
  }

  /** What can be said of a certificate without its issuer. @param depth 0 for the leaf */
  #checkAlone(certificate: Certificate, depth: number): void {
    if (certificate.notBefore > certificate.notAfter) throw new CertificateError('InvalidCertValidity');
    if (this.#time < certificate.notBefore) throw new CertificateError('CertNotValidYet');
    if (this.#time > certificate.notAfter) throw new CertificateError('CertExpired');
    if (depth === 0) {
      if (certificate.isAuthority) throw new CertificateError('CaUsedAsEndEntity');
      return;
    }
    if (!certificate.isAuthority) throw new CertificateError('EndEntityUsedAsCa');
    if (certificate.pathLength !== undefined && depth - 1 > certificate.pathLength) {
      throw new CertificateError('PathLenConstraintViolated');
    }
    if (certificate.maySignCertificates === false) throw new CertificateError('IssuerNotCertSigner');
  }

  #extend(path: readonly Certificate[], der: Uint8Array): void {
    this.#steps += 1;
    if (this.#steps > maximumPathSteps) throw new CertificateError('MaximumPathBuildCallsExceeded');
    const issuer = readCertificate(der);
    if (!sameBytes(issuer.subject, path.at(-1)!.issuer)) throw new CertificateError('UnknownIssuer');
    const repeated = path.some(
      (previous) =>
        sameBytes(issuer.publicKey, previous.publicKey) && sameBytes(issuer.subject, previous.subject),
    );
    if (repeated) throw new CertificateError('UnknownIssuer');
    if (path.length > maximumIntermediates) throw new CertificateError('MaximumPathDepthExceeded');
    this.from([...path, issuer]);
  }

  #checkComplete(path: readonly Certificate[], anchor: Certificate): void {
    const chain = [...path, anchor];
    for (let index = path.length - 1; index >= 0; index -= 1) {
      this.#checkSignature(path[index]!, publicKeyOf(chain[index + 1]!));
    }
    for (let index = path.length; index > 0; index -= 1) {
      const { nameConstraints } = chain[index]!;
      if (nameConstraints !== undefined) checkNameConstraints(nameConstraints, path.slice(0, index));
    }
  }

  #checkSignature(certificate: Certificate, key: KeyObject): void {
    this.#signatureChecks += 1;
    if (this.#signatureChecks > maximumSignatureChecks) {
      throw new CertificateError('MaximumSignatureChecksExceeded');
    }
    checkSignatureAlgorithm(certificate.signatureAlgorithm, key);
    if (!isSignedBy(certificate, key)) throw new CertificateError('InvalidSignatureForPublicKey');
  }
}
