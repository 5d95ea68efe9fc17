import { HostError } from '@kubewarden/policy-sdk';
import { verifyCertificate } from '@kubewarden/policy-sdk/host/crypto';
import { isPem } from './pem.ts';
import type { Signature } from './settings.ts';

/**
 * Finds what is wrong with an entry of the settings. Certificates are shown to the host: whether they are trusted is
 * known before any image is looked at.
 *
 * @returns what is wrong, after the kind and the image of the entry; undefined if nothing is
 */
export function describeProblem(signature: Signature): string | undefined {
  const problem = signature.image === '' ? 'no image provided' : findProblem(signature);
  if (problem === undefined) return undefined;
  return `${kindOf(signature)} signature for image ${signature.image}: ${JSON.stringify(problem)}`;
}

function kindOf({ pubKeys, githubActions, certificates }: Signature): string {
  if (pubKeys) return 'Pub key';
  if (githubActions) return 'GitHub action';
  return certificates ? 'Certificate' : 'Keyless';
}

function findProblem(signature: Signature): string | undefined {
  const { pubKeys, keyless, githubActions, keylessPrefix, certificates, certificateChain } = signature;
  if (pubKeys) {
    if (pubKeys.length === 0) return 'no public key provided';
    if (!pubKeys.every(isPem)) return 'non-PEM data found';
  }
  if (keyless?.length === 0 || keylessPrefix?.length === 0) return 'no identity provided';
  if (githubActions?.owner === '') return 'no owner provided';
  if (!certificates) return undefined;
  if (certificates.length === 0) return 'no certificate provided';
  if (certificateChain && !certificateChain.every(isPem)) return 'non-PEM data found';
  const untrusted = certificates.flatMap((certificate) => whyUntrusted(certificate, certificateChain));
  return untrusted.length === 0 ? undefined : untrusted.join('; ');
}

function whyUntrusted(certificate: string, chain: readonly string[] | null | undefined): string[] {
  try {
    const trust = verifyCertificate({
      certificate: { encoding: 'Pem', data: certificate },
      ...(chain && { chain: chain.map((data) => ({ encoding: 'Pem', data })) }),
    });
    return trust.trusted ? [] : [trust.reason];
  } catch (error) {
    if (error instanceof HostError) return [`Error when verifying certificate: ${error.message}`];
    throw error;
  }
}
