import type { Proxies } from '@kubewarden/registry';
import type { SigningKey } from './signing-key.ts';

/** Where a signature is made known; each may be left out. */
interface SigningServices {
  /** Transparency log, Rekor v1. */
  readonly rekorUrl?: string;
  /** Timestamp authority, RFC 3161 with JSON requests as Sigstore's takes them. */
  readonly timestampUrl?: string;
}

export interface KeySigner extends SigningServices {
  readonly kind: 'key';
  readonly key: SigningKey;
  /** PEM; of this key. Stored beside the signature. */
  readonly certificate?: string;
  /** PEM: who issued the certificate, the root last. */
  readonly certificateChain?: string;
}

/** Signs with a key that is thrown away and a certificate that names the bearer of the token. */
export interface KeylessSigner extends SigningServices {
  readonly kind: 'keyless';
  /** OpenID Connect identity token (JWT). It is sent to Fulcio, and appears in no message. */
  readonly identityToken: string;
  /** That of the public instance by default, as is the transparency log. */
  readonly fulcioUrl?: string;
  /** For Fulcio; those of the environment by default. */
  readonly proxies?: Proxies;
}

export type ImageSigner = KeySigner | KeylessSigner;

export const publicFulcioUrl = 'https://fulcio.sigstore.dev';
export const publicRekorUrl = 'https://rekor.sigstore.dev';
