import { X509Certificate } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { X509Certificate as ParsedCertificate } from '@sigstore/core';
import { TrustRootError, VerificationError } from './errors.ts';
import { checkSigningCertificate } from './evidence/certificate-identity.ts';
import type { Judge } from './evidence/judge.ts';
import { isSignedBy } from './evidence/public-key.ts';
import { type SignedStatement, UntrustedSignatureError } from './evidence/signed-statement.ts';
import type { JudgeSource } from './judge-source.ts';
import type { SignatureMaterial } from './material.ts';
import { annotationsMismatch } from './requirements/annotations.ts';
import { describeFound } from './requirements/describe.ts';
import type { CertificateRequirement } from './verifier.ts';
import { readStatementsOf } from './verify-material.ts';

/**
 * Checks that an image is signed with the key of a given certificate. Annotations and log entry have to be those of
 * the same signature.
 *
 * @param now when the certificate has to be valid, if there is a chain
 * @returns who signed, in words
 * @throws VerificationError
 */
export async function verifyWithCertificate(
  material: SignatureMaterial,
  requirement: CertificateRequirement,
  judgeSource: JudgeSource,
  now: Date = new Date(),
): Promise<readonly string[]> {
  const certificate = readCertificate(requirement, now);
  const { statements, unusable } = await readStatementsOf(material);
  const mismatches: { readonly origin: string; readonly reason: string }[] = [];
  for (const statement of statements) {
    const reason = await mismatch(statement, certificate, requirement, judgeSource);
    if (reason === undefined) return [`certificate of ${certificate.subjectAltName}: ${statement.origin}`];
    mismatches.push({ origin: statement.origin, reason });
    // Many signatures take a while; others get a turn in between.
    await setImmediate();
  }
  throw new VerificationError(
    'verification failed: Several Signature Layers failed verification\n' +
      describeFound(
        [...mismatches, ...unusable].map(
          ({ origin, reason }) =>
            () =>
              `${origin}: ${reason}`,
        ),
      ),
  );
}

async function mismatch(
  statement: SignedStatement,
  certificate: X509Certificate,
  requirement: CertificateRequirement,
  judgeSource: JudgeSource,
): Promise<string | undefined> {
  if (!isSignedBy(certificate.publicKey, statement.signedBytes, statement.signature)) {
    return 'it is not signed with the key of the certificate';
  }
  const annotations = annotationsMismatch(requirement.annotations, statement.annotations);
  if (annotations !== undefined) return annotations;
  const { entries, problem } = statement.log;
  const isLogged = entries.length > 0 || problem !== undefined;
  if (!isLogged) return requirement.requireRekorBundle ? 'it has no Rekor bundle' : undefined;
  let judge: Judge;
  try {
    judge = await judgeSource();
  } catch (error) {
    if (!(error instanceof TrustRootError)) throw error;
    // Whoever can attach an entry can also leave it out, so where none is required nothing is lost.
    if (!requirement.requireRekorBundle) return undefined;
    return `its Rekor bundle cannot be judged without a trust root: ${(error as Error).message}`;
  }
  try {
    judge.checkLogged(statement, certificate);
    return undefined;
  } catch (error) {
    if (!(error instanceof UntrustedSignatureError)) throw error;
    return error.message;
  }
}

/** A certificate that may sign code, is valid already, and is issued by one of the chain if there is a chain. */
function readCertificate({ certificate: pem, chain }: CertificateRequirement, now: Date): X509Certificate {
  const certificate = parse(pem, 'the certificate');
  try {
    checkSigningCertificate(ParsedCertificate.parse(certificate.raw));
  } catch (cause) {
    throw new VerificationError(`verification failed: ${(cause as Error).message}`, { cause });
  }
  if (now < certificate.validFromDate) {
    throw new VerificationError('verification failed: the certificate is not valid yet');
  }
  if (chain === undefined) return certificate;
  if (now > certificate.validToDate) {
    throw new VerificationError('verification failed: the certificate has expired');
  }
  const anchors = chain.map((anchor, index) => parse(anchor, `certificate ${index + 1} of the chain`));
  if (!anchors.some((anchor) => isIssuedBy(certificate, anchor))) {
    throw new VerificationError('verification failed: the certificate is issued by none of its chain');
  }
  return certificate;
}

function parse(pem: Uint8Array, what: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new VerificationError(`verification failed: ${what} cannot be read`, { cause });
  }
}

function isIssuedBy(certificate: X509Certificate, anchor: X509Certificate): boolean {
  return anchor.ca && certificate.checkIssued(anchor) && certificate.verify(anchor.publicKey);
}
