import type { ImageReference } from '@kubewarden/registry';
import type { RequiredAnnotations, VerificationConfig } from './verification-config/verification-config.ts';

/** An image of which the signatures have been verified. */
export interface VerifiedImage {
  /** By digest: `registry/repository@sha256:…`. */
  readonly image: ImageReference & { readonly digest: string };
  readonly digest: string;
  /** The bytes behind `digest`. */
  readonly manifest: Uint8Array;
  /** Who satisfied which requirement, in words, for people and machines. */
  readonly signedBy: readonly string[];
  /** `registry` if the registry was asked just now, `stored` if material from an earlier time was used. */
  readonly evidence: 'registry' | 'stored';
}

/** What the host capability `oci/v2/verify` asks of a certificate. */
export interface CertificateRequirement {
  /** PEM. */
  readonly certificate: Uint8Array;
  /** PEM each; every one of them is an anchor. Without any the certificate is trusted as it is. */
  readonly chain?: readonly Uint8Array[];
  readonly requireRekorBundle: boolean;
  readonly annotations?: RequiredAnnotations;
}

/**
 * Finds and checks signatures of images.
 *
 * Both methods throw VerificationError when the image is not signed as required, and the errors of the registry
 * client when it cannot be told.
 */
export interface Verifier {
  /**
   * @param options.storedAt a file that came from this image: if the registry cannot be reached, what was found about
   *   the image at an earlier time is verified instead, provided that it is about this very file
   */
  verify(
    image: ImageReference,
    config: VerificationConfig,
    options?: { readonly signal?: AbortSignal; readonly storedAt?: string },
  ): Promise<VerifiedImage>;
  verifyCertificate(
    image: ImageReference,
    requirement: CertificateRequirement,
    options?: { readonly signal?: AbortSignal },
  ): Promise<VerifiedImage>;
}
