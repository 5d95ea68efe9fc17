import type { KeyObject } from 'node:crypto';
import type { CertificateIdentity } from '../evidence/certificate-identity.ts';

/** A signature of the image, with what is known for certain about who made it. */
export interface JudgedSignature {
  /** Where it was found, for messages. */
  readonly origin: string;
  /** Key and value as signed, of any JSON type. */
  readonly annotations: Readonly<Record<string, unknown>>;
  isSignedBy(key: KeyObject): boolean;
  readonly signer: Signer;
}

export type Signer =
  | { readonly kind: 'certificate'; readonly identity: CertificateIdentity }
  /** There is a certificate, but it proves nothing; the reason is a part of a sentence. */
  | { readonly kind: 'untrusted'; readonly reason: string }
  /** There is no certificate. */
  | { readonly kind: 'key' };
