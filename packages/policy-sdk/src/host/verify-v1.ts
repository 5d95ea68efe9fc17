import { callHostForObject } from './call.ts';
import {
  isVerification,
  verifiedImage,
  type KeylessIdentity,
  type SignedImage,
  type VerifiedImage,
} from './verification.ts';

export type { KeylessIdentity, SignedImage, VerifiedImage } from './verification.ts';

/**
 * Verifies that an image is signed with each of the given keys, through the first version of the capability. New
 * policies use the function of the same name in `host/verify`.
 *
 * @throws HostError also when it is not
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { verifyPublicKeys } from '@kubewarden/policy-sdk/host/verify-v1';
 *
 * export default definePolicy({
 *   validate() {
 *     verifyPublicKeys({ image: 'ghcr.io/example/app:1', publicKeys: ['-----BEGIN PUBLIC KEY-----…'] });
 *     return accept();
 *   },
 * });
 * ```
 */
export function verifyPublicKeys(
  image: SignedImage & {
    /** PEM; all of them must have signed. */
    readonly publicKeys: readonly string[];
  },
): VerifiedImage {
  return verify('SigstorePubKeyVerify', image, { pub_keys: image.publicKeys });
}

/**
 * Verifies that an image has a keyless signature of each of the given identities, through the first version of the
 * capability. New policies use the function of the same name in `host/verify`.
 *
 * @throws HostError also when it has not
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { verifyKeyless } from '@kubewarden/policy-sdk/host/verify-v1';
 *
 * export default definePolicy({
 *   validate() {
 *     const identities = [{ issuer: 'https://accounts.google.com', subject: 'release@example.com' }];
 *     verifyKeyless({ image: 'ghcr.io/example/app:1', identities });
 *     return accept();
 *   },
 * });
 * ```
 */
export function verifyKeyless(
  image: SignedImage & {
    /** All of them must have signed. */
    readonly identities: readonly KeylessIdentity[];
  },
): VerifiedImage {
  const keyless = image.identities.map(({ issuer, subject }) => ({ issuer, subject }));
  return verify('SigstoreKeylessVerify', image, { keyless });
}

function verify(type: string, { image, annotations }: SignedImage, fields: object): VerifiedImage {
  const request = { [type]: { image, ...fields, annotations: annotations ?? null } };
  return verifiedImage(callHostForObject('oci', 'v1/verify', request, isVerification));
}
