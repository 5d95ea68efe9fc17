import type { CertificateIdentity } from '../evidence/certificate-identity.ts';
import { parsePublicKey } from '../evidence/public-key.ts';
import type {
  GenericIssuerRequirement,
  GithubActionRequirement,
  SignatureRequirement,
  Subject,
} from '../verification-config/verification-config.ts';
import { annotationsMismatch } from './annotations.ts';
import { parseGithubRepository, parseGithubUrl } from './github-repository.ts';
import type { JudgedSignature } from './judged-signature.ts';

const githubIssuer = 'https://token.actions.githubusercontent.com';

/** Tells why a signature is not enough, as a part of a sentence; nothing if it is. */
export type RequirementCheck = (signature: JudgedSignature) => string | undefined;

/** Makes the check of a requirement, for any number of signatures. */
export function checkOf(requirement: SignatureRequirement): RequirementCheck {
  const checkSigner = signerCheckOf(requirement);
  return (signature) =>
    checkSigner(signature) ?? annotationsMismatch(requirement.annotations, signature.annotations);
}

function signerCheckOf(requirement: SignatureRequirement): RequirementCheck {
  if (requirement.kind === 'pubKey') {
    const key = parsePublicKey(requirement.key);
    if (key === undefined) return () => 'Failed to parse the public key.';
    return (signature) => (signature.isSignedBy(key) ? undefined : 'it is not signed with the required key');
  }
  return ({ signer }) => {
    if (signer.kind === 'key') return 'it comes without a certificate';
    if (signer.kind === 'untrusted') return signer.reason;
    return requirement.kind === 'genericIssuer'
      ? issuerMismatch(requirement, signer.identity)
      : githubMismatch(requirement, signer.identity);
  };
}

function issuerMismatch(
  { issuer, subject }: GenericIssuerRequirement,
  identity: CertificateIdentity,
): string | undefined {
  if (identity.issuer !== issuer) return 'the issuer is another one';
  return isSubject(subject, identity.subject.value) ? undefined : 'the subject is another one';
}

function isSubject(required: Subject, subject: string): boolean {
  // A prefix ends in a slash: `verification-config/subject.ts`.
  return 'equal' in required ? subject === required.equal : subject.startsWith(required.urlPrefix);
}

/**
 * The repository is the one that ran the workflow; the subject may be a workflow of somebody else that it reuses.
 */
function githubMismatch(
  required: GithubActionRequirement,
  { issuer, subject, githubRepository }: CertificateIdentity,
): string | undefined {
  if (issuer !== githubIssuer) return 'the issuer is not GitHub Actions';
  if (subject.kind !== 'uri') return 'the subject is no URL';
  try {
    parseGithubUrl(subject.value);
  } catch (error) {
    return (
      "The certificate subject url doesn't seem a GitHub valid one, despite the issuer being the GitHub Action one: " +
      (error as Error).message
    );
  }
  if (githubRepository === undefined) {
    return 'The certificate is missing the github_workflow_repository extension despite being a GitHub Action one';
  }
  const repository = parseGithubRepository(githubRepository);
  if (repository === undefined) {
    return (
      "The certificate doesn't have a valid github_workflow_repository extension, despite the issuer being the GitHub " +
      `Action one: ${githubRepository}`
    );
  }
  if (repository.owner !== required.owner) return 'the GitHub owner is another one';
  if (required.repo !== undefined && repository.repo !== required.repo) {
    return 'the GitHub repository is another one';
  }
  return undefined;
}
