import type { TransparencyLogEntry } from '@sigstore/bundle';

/**
 * What somebody signed about an image, and all that came with it to show who that was. That it speaks of the image
 * has been checked; the signature has not.
 */
export interface SignedStatement {
  /** Where it was found, for messages: `signature layer 1`. */
  readonly origin: string;
  /** Key and value as signed, of any JSON type. */
  readonly annotations: Readonly<Record<string, unknown>>;
  /** The bytes under the signature. */
  readonly signedBytes: Uint8Array;
  /** The content of the statement; of a DSSE envelope the payload, otherwise the signed bytes. */
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** DER or PEM. */
  readonly certificate?: Uint8Array;
  readonly log: LogEvidence;
}

/** When a signature was made, and that it was made public. */
export interface LogEvidence {
  readonly entries: readonly TransparencyLogEntry[];
  /** RFC 3161, DER. */
  readonly timestamps: readonly Uint8Array[];
  /** Why there is nothing above although something was found. */
  readonly problem?: string;
}

/** A signature that shows nothing about the image. */
export interface UnusableSignature {
  readonly origin: string;
  readonly reason: string;
}

/** Why a signature is not trusted; the message is a part of a sentence. */
export class UntrustedSignatureError extends Error {
  override readonly name = 'UntrustedSignatureError';
}
