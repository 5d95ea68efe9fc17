import type { TrustedRoot } from '@sigstore/protobuf-specs';

/**
 * Gives the certificate authorities, logs and timestamp authorities that are trusted. Asked only when a certificate
 * or a log entry has to be judged, so that signatures of keys never wait for it.
 *
 * Throws TrustRootError.
 */
export type TrustRootSource = () => Promise<TrustedRoot>;
