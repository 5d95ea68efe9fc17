import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { SourcesError } from '../errors.ts';
import type { Sources } from '../sources.ts';

let roots: readonly string[] | undefined;

/** What Node trusts (`NODE_EXTRA_CA_CERTS` included), what the system trusts, and the authorities of some hosts. */
export function createTrust(keys: readonly string[], sources: Sources): SecureContext {
  roots ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  const authorities = keys.flatMap((key) => sources.sourceAuthorities.get(key) ?? []);
  try {
    for (const authority of authorities) parseCertificate(authority);
    return createSecureContext({ ca: [...roots, ...authorities] });
  } catch (cause) {
    throw new SourcesError(
      `the authorities of ${keys.join(', ')} cannot be used: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

/** TLS would pass over what it cannot read, and then say of the host that it cannot be verified. */
function parseCertificate(pem: string): X509Certificate {
  return new X509Certificate(pem);
}
