import { toByteList, type BytesOrText } from './bytes.ts';
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
 * Verifies that an image is signed with each of the given keys.
 *
 * @throws HostError also when it is not
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { verifyPublicKeys } from '@kubewarden/policy-sdk/host/verify';
 *
 * const publicKey = `-----BEGIN PUBLIC KEY-----
 * MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEX0HFTtCfTtPmkx5p1RbDE6HJSGAV
 * -----END PUBLIC KEY-----`;
 *
 * export default definePolicy({
 *   validate() {
 *     const { digest } = verifyPublicKeys({ image: 'ghcr.io/example/app:1', publicKeys: [publicKey] });
 *     return accept({ auditAnnotations: { digest } });
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
 * Verifies that an image has a keyless signature of each of the given identities.
 *
 * @throws HostError also when it has not
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { verifyKeyless } from '@kubewarden/policy-sdk/host/verify';
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

/**
 * Verifies that an image has a keyless signature of each of the given issuers, by a subject below the given URL.
 *
 * @throws HostError also when it has not
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { verifyKeylessPrefix } from '@kubewarden/policy-sdk/host/verify';
 *
 * export default definePolicy({
 *   validate() {
 *     const issuer = 'https://token.actions.githubusercontent.com';
 *     const identities = [{ issuer, urlPrefix: 'https://github.com/example' }];
 *     verifyKeylessPrefix({ image: 'ghcr.io/example/app:1', identities });
 *     return accept();
 *   },
 * });
 * ```
 */
export function verifyKeylessPrefix(
  image: SignedImage & {
    /** All of them must have signed. */
    readonly identities: readonly { readonly issuer: string; readonly urlPrefix: string }[];
  },
): VerifiedImage {
  return verify('SigstoreKeylessPrefixVerify', image, {
    keyless_prefix: image.identities.map(({ issuer, urlPrefix }) => ({ issuer, url_prefix: urlPrefix })),
  });
}

/**
 * Verifies that an image was signed by a workflow of GitHub Actions.
 *
 * @throws HostError also when it was not
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { verifyGithubActions } from '@kubewarden/policy-sdk/host/verify';
 *
 * export default definePolicy({
 *   validate() {
 *     verifyGithubActions({ image: 'ghcr.io/kubewarden/policy-server:latest', owner: 'kubewarden' });
 *     return accept();
 *   },
 * });
 * ```
 */
export function verifyGithubActions(
  image: SignedImage & {
    readonly owner: string;
    /** Any repository of the owner, if absent. */
    readonly repository?: string;
  },
): VerifiedImage {
  return verify('SigstoreGithubActionsVerify', image, { owner: image.owner, repo: image.repository });
}

/**
 * Verifies that an image was signed with the key of a certificate.
 *
 * @throws HostError also when it was not
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { verifyCertificate } from '@kubewarden/policy-sdk/host/verify';
 *
 * const certificate = '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmg\n-----END CERTIFICATE-----\n';
 *
 * export default definePolicy({
 *   validate() {
 *     verifyCertificate({ image: 'ghcr.io/example/app:1', certificate, requireRekorBundle: true });
 *     return accept();
 *   },
 * });
 * ```
 */
export function verifyCertificate(
  image: SignedImage & {
    /** PEM. */
    readonly certificate: BytesOrText;
    /** PEM, one certificate each. Each is an anchor of trust; without any, the certificate is trusted as it is. */
    readonly certificateChain?: readonly BytesOrText[];
    /** Whether signatures that are not in the transparency log are ignored. */
    readonly requireRekorBundle: boolean;
  },
): VerifiedImage {
  return verify('SigstoreCertificateVerify', image, {
    certificate: toByteList(image.certificate),
    certificate_chain: image.certificateChain?.map(toByteList),
    require_rekor_bundle: image.requireRekorBundle,
  });
}

function verify(type: string, { image, annotations }: SignedImage, fields: object): VerifiedImage {
  const request = { type, image, ...fields, annotations: annotations ?? null };
  return verifiedImage(callHostForObject('oci', 'v2/verify', request, isVerification));
}
