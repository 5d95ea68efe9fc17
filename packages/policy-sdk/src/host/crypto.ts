import { toByteList, type BytesOrText } from './bytes.ts';
import { callHostForObject } from './call.ts';

/** A certificate: PEM as text or bytes, or DER as bytes. */
export type Certificate =
  | { readonly encoding: 'Pem'; readonly data: BytesOrText }
  | { readonly encoding: 'Der'; readonly data: Uint8Array };

/** Whether a certificate is trusted, and if not, why. */
export type CertificateTrust =
  | { readonly trusted: true }
  | { readonly trusted: false; readonly reason: string };

/**
 * Whether a certificate is trusted: by the root of the given chain, or by the roots that Mozilla trusts.
 *
 * @throws HostError if a certificate or the time cannot be read
 *
 * @example
 * ```ts
 * import { accept, definePolicy, reject } from '@kubewarden/policy-sdk';
 * import { verifyCertificate } from '@kubewarden/policy-sdk/host/crypto';
 *
 * export default definePolicy({
 *   validate({ object }) {
 *     const data = String(object?.['certificate']);
 *     const trust = verifyCertificate({ certificate: { encoding: 'Pem', data } });
 *     return trust.trusted ? accept() : reject({ message: trust.reason });
 *   },
 * });
 * ```
 */
export function verifyCertificate(query: {
  readonly certificate: Certificate;
  /** Intermediates first, the root last. */
  readonly chain?: readonly Certificate[];
  /** When it must be valid: a Date, or text as in RFC 3339. Default: now. */
  readonly at?: Date | string;
}): CertificateTrust {
  const { certificate, chain, at } = query;
  const { trusted, reason } = callHostForObject(
    'crypto',
    'v1/is_certificate_trusted',
    {
      cert: wireCertificate(certificate),
      cert_chain: chain?.map(wireCertificate) ?? null,
      // Some hosts want to see it even when there is none.
      not_after: (at instanceof Date ? at.toISOString() : at) ?? null,
    },
    ({ trusted }) => typeof trusted === 'boolean',
  );
  return trusted === true
    ? { trusted }
    : { trusted: false, reason: typeof reason === 'string' ? reason : '' };
}

function wireCertificate({ encoding, data }: Certificate): object {
  return { encoding, data: toByteList(data) };
}
