import {
  hashFile,
  imageByDigest,
  type ImageReference,
  type RegistryClient,
  RegistryUnreachableError,
} from '@kubewarden/registry';
import { collectSignatureMaterial } from './discovery/collect-signature-material.ts';
import { VerificationError } from './errors.ts';
import { createJudgeSource } from './judge-source.ts';
import type { SignatureMaterial } from './material.ts';
import type { SignatureRecords } from './records/signature-records.ts';
import type { TrustRootSource } from './trust-root/trust-root.ts';
import type { VerifiedImage, Verifier } from './verifier.ts';

export interface VerifierOptions {
  /** Asked for signatures; stays open. */
  readonly client: RegistryClient;
  /** Asked only when a certificate or a log entry has to be judged. */
  readonly trustRoot: TrustRootSource;
  /** Where material is kept for times without a registry. */
  readonly records?: SignatureRecords;
}

/** Makes a verifier that finds signatures in the registry of the image, and in records of earlier times. */
export function createVerifier({ client, trustRoot, records }: VerifierOptions): Verifier {
  const judgeSource = createJudgeSource(trustRoot);
  return {
    verify: async (image, config, { signal, storedAt } = {}) => {
      const { verifyMaterial } = await import('./verify-material.ts');
      const verify = async (material: SignatureMaterial): Promise<readonly string[]> =>
        await verifyMaterial(material, config, judgeSource);
      let material: SignatureMaterial;
      try {
        material = await collectSignatureMaterial(client, image, { ...(signal && { signal }) });
      } catch (error) {
        if (!(error instanceof RegistryUnreachableError) || storedAt === undefined) throw error;
        const stored = records && (await verifyStored(image, storedAt, records, verify));
        if (stored === undefined) throw error;
        return stored;
      }
      const signedBy = await verify(material);
      // A record is a convenience: a store that cannot be written to does not make the image less trusted.
      await records?.save(material).catch(() => undefined);
      return verified(image, material, signedBy, 'registry');
    },
    verifyCertificate: async (image, requirement, { signal } = {}) => {
      const { verifyWithCertificate } = await import('./verify-with-certificate.ts');
      const material = await collectSignatureMaterial(client, image, { ...(signal && { signal }) });
      const signedBy = await verifyWithCertificate(material, requirement, judgeSource);
      return verified(image, material, signedBy, 'registry');
    },
  };
}

/**
 * Verifies what is on record about the very file.
 *
 * @returns nothing if nothing is on record
 * @throws VerificationError when what is on record does not satisfy the requirements
 */
async function verifyStored(
  image: ImageReference,
  path: string,
  records: SignatureRecords,
  verify: (material: SignatureMaterial) => Promise<readonly string[]>,
): Promise<VerifiedImage | undefined> {
  // Without a file there is nothing to have a record of; why the registry cannot be asked is what is told then.
  const file = await hashFile(path).catch(() => undefined);
  if (file === undefined) return undefined;
  let failure: VerificationError | undefined;
  for (const material of await records.findByLayer(file.sha256)) {
    if (image.digest !== undefined && image.digest !== material.digest) continue;
    try {
      return verified(image, material, await verify(material), 'stored');
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

function verified(
  image: ImageReference,
  { digest, manifest }: SignatureMaterial,
  signedBy: readonly string[],
  evidence: VerifiedImage['evidence'],
): VerifiedImage {
  return { image: { ...imageByDigest(image, digest), digest }, digest, manifest, signedBy, evidence };
}
