import { createHash, type KeyObject, verify, X509Certificate } from 'node:crypto';
import type { TransparencyLogEntry } from '@sigstore/bundle';
import { type ASN1Obj, json, RFC3161Timestamp, X509Certificate as ParsedCertificate } from '@sigstore/core';
import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { type SignedEntity, toTrustMaterial, type TrustMaterial, Verifier } from '@sigstore/verify';
import { type CertificateIdentity, readCertificateIdentity } from './certificate-identity.ts';
import { checkLoggedVerifier, checkRekordBody } from './log-entry-body.ts';
import { isSignedBy } from './public-key.ts';
import { type SignedStatement, UntrustedSignatureError } from './signed-statement.ts';

/** Log entries or timestamps of one signature. There is one as a rule, and each takes time to check. */
const maximumWitnesses = 8;

/** Tells with a trust root who signed. Its methods throw UntrustedSignatureError. */
export interface Judge {
  /** Whom the certificate names that the statement is signed with, if all that came with it proves so. */
  identify(statement: SignedStatement): CertificateIdentity;
  /**
   * Checks the log entries of a statement that is signed with a certificate from elsewhere: that they are about this
   * signature, and that it was made while the certificate was valid.
   */
  checkLogged(statement: SignedStatement, certificate: X509Certificate): void;
}

/**
 * The chain of the certificate, its transparency, the log entries and the time are judged by Sigstore's own library
 * (sigstore/docs, `client-spec.md`); what it leaves open is added here. It is never told whom to expect: it would
 * compare by a regular expression.
 *
 * @throws Error when the trust root holds keys or certificates that cannot be read
 */
export function createJudge(root: TrustedRoot): Judge {
  const trust = toTrustMaterial({
    ...root,
    // Some authorities are listed from a later day than they have issued certificates on. Their own certificates
    // still say from when on they were valid, and the end of the trust in them is kept.
    certificateAuthorities: root.certificateAuthorities.map((authority) => ({
      ...authority,
      validFor: { start: undefined, end: authority.validFor?.end },
    })),
  });
  return {
    identify: (statement) => orUntrusted(() => identify(statement, trust)),
    checkLogged: (statement, certificate) => orUntrusted(() => checkLogged(statement, certificate, trust)),
  };
}

function identify(statement: SignedStatement, trust: TrustMaterial): CertificateIdentity {
  if (statement.certificate === undefined) {
    throw new UntrustedSignatureError('it comes without a certificate');
  }
  const certificate = new X509Certificate(statement.certificate);
  const parsed = ParsedCertificate.parse(certificate.raw);
  const identity = readCertificateIdentity(parsed);
  checkHasEntries(statement);
  for (const entry of statement.log.entries) checkLoggedVerifier(entry, certificate);
  const shown = trust.ctlogs.length > 0 ? parsed : new CertificateWithoutTransparency(parsed.root);
  verifyWithLibrary(statement, { $case: 'certificate', certificate: shown }, trust);
  return identity;
}

function checkLogged(statement: SignedStatement, certificate: X509Certificate, trust: TrustMaterial): void {
  checkHasEntries(statement);
  for (const entry of statement.log.entries) checkLoggedVerifier(entry, certificate, { mayNameKey: true });
  const validFor = (time: Date): boolean =>
    certificate.validFromDate <= time && time <= certificate.validToDate;
  verifyWithLibrary(
    statement,
    { $case: 'public-key', hint: '' },
    { ...trust, publicKey: () => ({ publicKey: certificate.publicKey, validFor }) },
  );
}

function checkHasEntries({ log }: SignedStatement): void {
  if (log.problem !== undefined) throw new UntrustedSignatureError(log.problem);
  if (log.entries.length === 0) {
    throw new UntrustedSignatureError('it comes without an entry of a transparency log');
  }
  if (Math.max(log.entries.length, log.timestamps.length) > maximumWitnesses) {
    throw new UntrustedSignatureError(
      `it comes with more than ${maximumWitnesses} log entries or timestamps`,
    );
  }
}

function verifyWithLibrary(statement: SignedStatement, key: SignedEntity['key'], trust: TrustMaterial): void {
  const [rekord, other] = partition(
    statement.log.entries,
    ({ kindVersion }) => kindVersion.kind === 'rekord',
  );
  for (const entry of rekord) {
    checkRekordBody(entry, statement);
    checkPromise(entry, trust);
  }
  const verifier = new Verifier(trust, {
    // A certificate without transparency is older than that; those that are in it are checked.
    ctlogThreshold: 0,
    // There is an entry; those of the kind that the library does not know have been checked above.
    tlogThreshold: other.length,
    timestampThreshold: 1,
  });
  verifier.verify({
    key,
    signature: signatureContent(statement),
    tlogEntries: other,
    timestamps: timestampsOf(statement, trust),
  });
}

/**
 * The log's promise vouches for a time. Where there is one, timestamps add nothing that an attacker could not leave
 * out, so those of authorities that are not trusted do no harm.
 */
function timestampsOf({ log }: SignedStatement, trust: TrustMaterial): SignedEntity['timestamps'] {
  const promised = log.entries.filter(({ inclusionPromise }) => inclusionPromise !== undefined);
  if (promised.length > 0) {
    return promised.map((tlogEntry) => ({ $case: 'transparency-log', tlogEntry }));
  }
  if (trust.timestampAuthorities.length === 0) {
    throw new UntrustedSignatureError('nothing that is trusted says when it was made');
  }
  return log.timestamps.map((timestamp) => ({
    $case: 'timestamp-authority',
    timestamp: RFC3161Timestamp.parse(Buffer.from(timestamp)),
  }));
}

function signatureContent({ signedBytes, payload, signature }: SignedStatement): SignedEntity['signature'] {
  return {
    signature: Buffer.from(signature),
    compareSignature: (logged) => logged.equals(signature),
    compareDigest: (logged) => isDigestOf(logged, payload),
    compareSignedDigest: (logged) => isDigestOf(logged, signedBytes),
    verifySignature: (key: KeyObject) => isSignedBy(key, signedBytes, signature),
  };
}

/** The hash follows from the length: Rekor notes the one that the signature was made with. */
function isDigestOf(digest: Buffer, bytes: Uint8Array): boolean {
  const algorithm = new Map([
    [32, 'sha256'],
    [48, 'sha384'],
    [64, 'sha512'],
  ]).get(digest.length);
  return algorithm !== undefined && createHash(algorithm).update(bytes).digest().equals(digest);
}

/** Checks the log's promise to include an entry (signed entry timestamp), by a key of the time of the entry. */
function checkPromise(entry: TransparencyLogEntry, { tlogs }: TrustMaterial): void {
  const time = new Date(Number(entry.integratedTime) * 1000);
  const promise = entry.inclusionPromise?.signedEntryTimestamp;
  const promised = json.canonicalize({
    body: entry.canonicalizedBody.toString('base64'),
    integratedTime: Number(entry.integratedTime),
    logIndex: Number(entry.logIndex),
    logID: entry.logId.keyId.toString('hex'),
  });
  const log = tlogs.find(
    ({ logID, validFor }) =>
      logID.equals(entry.logId.keyId) && validFor.start <= time && time <= validFor.end,
  );
  if (
    log === undefined ||
    promise === undefined ||
    !verify('sha256', Buffer.from(promised), log.publicKey, promise)
  ) {
    throw new UntrustedSignatureError('inclusion promise could not be verified');
  }
}

/**
 * A certificate of which the library sees no signed certificate timestamps (it looks for them in a clone): it would
 * refuse those of logs that it has no keys of, while a trust root without any such log asks for none.
 */
class CertificateWithoutTransparency extends ParsedCertificate {
  override clone(): ParsedCertificate {
    return new CertificateWithoutExtensions(this.root);
  }
}

class CertificateWithoutExtensions extends ParsedCertificate {
  override get extensions(): ASN1Obj[] {
    return [];
  }
}

function orUntrusted<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof UntrustedSignatureError) throw cause;
    const messages: string[] = [];
    for (let error: unknown = cause; error instanceof Error; error = error.cause)
      messages.push(error.message);
    throw new UntrustedSignatureError(messages.join(': '), { cause });
  }
}

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): readonly [Item[], Item[]] {
  return [items.filter((item) => test(item)), items.filter((item) => !test(item))];
}
