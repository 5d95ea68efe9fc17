import type { UnusableSignature } from '../evidence/signed-statement.ts';
import type { SignatureRequirement } from '../verification-config/verification-config.ts';
import { annotationText } from './annotations.ts';
import type { JudgedSignature, Signer } from './judged-signature.ts';
import { checkOf } from './requirement-check.ts';

/** Signatures that a message tells of. */
const maximumSignatures = 10;
/** Characters that a message tells of one signature. */
const maximumLineLength = 500;

/** The signatures that were found, a line each, with who made them and why that is not enough. */
export function describeSignatures(
  unsatisfied: readonly SignatureRequirement[],
  signatures: readonly JudgedSignature[],
  unusable: readonly UnusableSignature[],
): string {
  const checks = unsatisfied.map(checkOf);
  return describeFound([
    ...signatures.map((signature) => () => {
      const reasons = new Set(checks.map((check) => check(signature)));
      const missing = [...reasons].filter((reason) => reason !== undefined);
      return `${signature.origin}: ${describeSigner(signature)}: ${missing.join('; ')}`;
    }),
    ...unusable.map(
      ({ origin, reason }) =>
        () =>
          `${origin}: not usable: ${reason}`,
    ),
  ]);
}

/** Lines about signatures that were found; only those that are shown are made. */
export function describeFound(lines: readonly (() => string)[]): string {
  if (lines.length === 0) return '';
  const more = lines.length - maximumSignatures;
  return [
    'The following signatures were found:',
    ...lines.slice(0, maximumSignatures).map((line) => `- ${printable(line())}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
    '',
  ].join('\n');
}

/** Who made a signature, and the annotations with it. */
export function describeSigner({ signer, annotations }: JudgedSignature): string {
  const signed = Object.entries(annotations).map(
    ([key, value]) => `${key}=${annotationText(value) ?? JSON.stringify(value)}`,
  );
  const who = signerName(signer);
  return printable(signed.length === 0 ? who : `${who} with ${signed.join(', ')}`);
}

function signerName(signer: Signer): string {
  switch (signer.kind) {
    case 'certificate':
      return `by ${signer.identity.subject.value} (issuer ${signer.identity.issuer ?? 'unknown'})`;
    case 'untrusted':
      return 'by a certificate that is not trusted';
    case 'key':
      return 'by a key';
  }
}

export function describeRequirement(requirement: SignatureRequirement): string {
  switch (requirement.kind) {
    case 'pubKey':
      return requirement.owner === undefined ? 'public key' : `public key of ${requirement.owner}`;
    case 'genericIssuer': {
      const { subject, issuer } = requirement;
      return `${'equal' in subject ? subject.equal : subject.urlPrefix} (issuer ${issuer})`;
    }
    case 'githubAction':
      return `GitHub Actions of ${requirement.owner}${requirement.repo === undefined ? '' : `/${requirement.repo}`}`;
  }
}

/** Names and reasons come from whoever wrote the signature: they must not fill the screen nor drive a terminal. */
function printable(line: string): string {
  const shown = line.replace(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/gu, '\u{fffd}');
  return shown.length > maximumLineLength ? `${shown.slice(0, maximumLineLength)}…` : shown;
}
