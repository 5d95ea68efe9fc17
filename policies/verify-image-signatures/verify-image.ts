import { HostError } from '@kubewarden/policy-sdk';
import {
  verifyCertificate,
  verifyGithubActions,
  verifyKeyless,
  verifyKeylessPrefix,
  verifyPublicKeys,
  type VerifiedImage,
} from '@kubewarden/policy-sdk/host/verify';
import { normalizeRegistry, parseImageReference } from '../shared/image-reference.ts';
import type { Signature } from './settings.ts';
import { matchesWildcard } from '../shared/wildcard.ts';

/** What became of an image. */
export interface VerificationOutcome {
  /** Why it is not to be trusted; empty if it is. */
  readonly failures: readonly string[];
  /** What was verified; absent if the settings demand nothing of the image, or it is not to be trusted. */
  readonly digest?: string;
}

/** Verifies everything that the settings demand of an image. */
export function verifyImage(image: string, signatures: readonly Signature[]): VerificationOutcome {
  const reference = parseImageReference(image);
  if (reference === undefined) return { failures: ['it is no image reference'] };
  // A runtime asks the same registry in whatever case it is written, and with the port of HTTPS or without.
  const [host = ''] = image.split('/');
  const isHost = normalizeRegistry(host) === reference.registry;
  const names = isHost ? [image, reference.registry + image.slice(host.length)] : [image];
  const failures: string[] = [];
  const digests = new Set<string>();
  for (const signature of signatures) {
    if (!names.some((name) => matchesWildcard(signature.image, name))) continue;
    try {
      for (const { isTrusted, digest } of verifySignature(image, signature)) {
        if (isTrusted) digests.add(digest);
        else failures.push('the host does not trust it');
      }
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      failures.push(error.message);
    }
  }
  if (failures.length > 0) return { failures };
  const [digest, other] = digests;
  if (digest === undefined) return { failures };
  // A tag that is moved while its signatures are verified one by one.
  if (other !== undefined) return { failures: [`it changed meanwhile, from ${digest} to ${other}`] };
  const [, pinned] = image.split('@');
  if (pinned !== undefined && pinned !== digest) return { failures: [`what was verified is ${digest}`] };
  return { failures, digest };
}

/** @throws HostError if the image is not signed like that */
function verifySignature(image: string, signature: Signature): VerifiedImage[] {
  const { pubKeys, keyless, githubActions, keylessPrefix, certificates, certificateChain } = signature;
  const signed = { image, ...(signature.annotations && { annotations: signature.annotations }) };
  if (pubKeys) return [verifyPublicKeys({ ...signed, publicKeys: pubKeys })];
  if (keyless) return [verifyKeyless({ ...signed, identities: keyless })];
  if (keylessPrefix) return [verifyKeylessPrefix({ ...signed, identities: keylessPrefix })];
  if (githubActions) {
    const { owner, repo } = githubActions;
    return [verifyGithubActions({ ...signed, owner, ...(repo && { repository: repo }) })];
  }
  return (certificates ?? []).map((certificate) =>
    verifyCertificate({
      ...signed,
      certificate,
      ...(certificateChain && { certificateChain }),
      requireRekorBundle: signature.requireRekorBundle,
    }),
  );
}
