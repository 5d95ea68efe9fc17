import { type HostCaller, HostCallError } from '@kubewarden/evaluator';
import { formatImageReference, type ImageReference } from '@kubewarden/registry/reference';
import type { VerifiedImage, Verifier } from '@kubewarden/signatures';
import { type Capability, jsonAnswer } from '../capability.ts';
import { readImage } from '../registry-answers/image.ts';
import type { RegistryAnswers } from '../registry-answers/registry-answers.ts';
import {
  type CertificateRequest,
  readCertificateRequirement,
  readRequirements,
  type SignatureRequest,
} from './requirements.ts';

/** `oci/v1/verify` and `oci/v2/verify` (evaluator.md 4.8, 4.9). */
export type VerificationCapabilities = {
  readonly [T in SignatureRequest['type'] | CertificateRequest['type']]: Capability<T>;
};

/**
 * An image that is not signed as required is an error for the policy, never an answer.
 *
 * @param verifier gives the verifier; called for each question that no earlier answer serves
 */
export function createVerificationCapabilities(
  verifier: () => Promise<Verifier>,
  answers: RegistryAnswers,
): VerificationCapabilities {
  const answer = (
    request: SignatureRequest | CertificateRequest,
    caller: HostCaller,
  ): Uint8Array | Promise<Uint8Array> => {
    const { key, verify } = verificationOf(request);
    const image = readImage(request.image.replace(/^registry:\/\//, ''));
    const question = {
      policyId: caller.policyId,
      registry: image.registry,
      key: [formatImageReference(image), ...key],
    };
    return answers.find(question, async (signal) => {
      try {
        const { digest } = await verify(await verifier(), image, signal);
        return jsonAnswer({ is_trusted: true, digest });
      } catch (error) {
        const { message, cause } = error as Error;
        throw new HostCallError(message, { cause });
      }
    });
  };
  return {
    SigstorePubKeyVerify: answer,
    SigstoreKeylessVerify: answer,
    SigstoreKeylessPrefixVerify: answer,
    SigstoreGithubActionsVerify: answer,
    SigstoreCertificateVerify: answer,
  };
}

interface Verification {
  /** All that the answer depends on besides the image, as JSON. */
  readonly key: readonly unknown[];
  readonly verify: (verifier: Verifier, image: ImageReference, signal: AbortSignal) => Promise<VerifiedImage>;
}

/** @throws HostCallError for a request that asks nothing that could be verified */
function verificationOf(request: SignatureRequest | CertificateRequest): Verification {
  if (request.type !== 'SigstoreCertificateVerify') {
    const config = readRequirements(request);
    return {
      key: ['signatures', config],
      verify: (verifier, image, signal) => verifier.verify(image, config, { signal }),
    };
  }
  const requirement = readCertificateRequirement(request);
  const { certificate, chain, requireRekorBundle, annotations } = requirement;
  return {
    key: ['certificate', base64(certificate), chain?.map(base64), requireRekorBundle, annotations],
    verify: (verifier, image, signal) => verifier.verifyCertificate(image, requirement, { signal }),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
