import type { JsonObject } from '../request/shape.ts';

/** An image and what its signatures must carry. */
export interface SignedImage {
  /** A reference, for instance `ghcr.io/kubewarden/policy-server:latest`. */
  readonly image: string;
  /** Annotations that each signature must have. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The verdict about an image. Hosts fail rather than to say that an image is not trusted. */
export interface VerifiedImage {
  readonly isTrusted: boolean;
  /** Of the manifest that was verified, for instance `sha256:3b2…`. */
  readonly digest: string;
}

/** Who signed, as the certificate of a keyless signature says. */
export interface KeylessIdentity {
  /** For instance `https://token.actions.githubusercontent.com`. */
  readonly issuer: string;
  /** The subject as a whole. */
  readonly subject: string;
}

export function isVerification({ is_trusted, digest }: JsonObject): boolean {
  return typeof is_trusted === 'boolean' && typeof digest === 'string';
}

export function verifiedImage({ is_trusted, digest }: JsonObject): VerifiedImage {
  return { isTrusted: is_trusted as boolean, digest: digest as string };
}
