import { X509Certificate } from 'node:crypto';
import { SigningError, SigningKeyError } from '../errors.ts';
import { type ImageSigner, type KeySigner, publicFulcioUrl, publicRekorUrl } from './signer.ts';
import type { SigningKey } from './signing-key.ts';

/** All that is needed to sign: nothing of it has to be asked for any more. */
export interface PreparedSigner {
  readonly key: SigningKey;
  /** PEM of the leaf. */
  readonly certificate?: string;
  /** PEM of the issuers. */
  readonly chain?: string;
  readonly rekorUrl?: string;
  readonly timestampUrl?: string;
  /** The key will sign again: a signature that it has made before need not be repeated. */
  readonly lasting: boolean;
  /** The fingerprint of the key, or the names in the certificate. */
  readonly identity: string;
}

/**
 * Obtains the certificate where one is to be had, and checks that all parts belong together.
 *
 * @throws SigningKeyError
 * @throws SigningError
 */
export async function prepareSigner(signer: ImageSigner, signal?: AbortSignal): Promise<PreparedSigner> {
  const rekorUrl = signer.rekorUrl ?? (signer.kind === 'keyless' ? publicRekorUrl : undefined);
  const services = {
    ...(rekorUrl !== undefined && { rekorUrl: checkedUrl('transparency log', rekorUrl) }),
    ...(signer.timestampUrl !== undefined && {
      timestampUrl: checkedUrl('timestamp authority', signer.timestampUrl),
    }),
  };
  if (signer.kind === 'key') {
    if (rekorUrl !== undefined && signer.key.hash !== 'sha256') {
      throw new SigningKeyError(
        'the transparency log takes signatures by P-256 and RSA keys only: sign without it, or with such a key',
      );
    }
    const { key } = signer;
    return { key, lasting: true, identity: `key ${key.fingerprint}`, ...certificates(signer), ...services };
  }
  const { requestCertificate } = await import('./fulcio.ts');
  const { key, certificate, chain } = await requestCertificate({
    url: signer.fulcioUrl ?? publicFulcioUrl,
    identityToken: signer.identityToken,
    ...(signer.proxies && { proxies: signer.proxies }),
    ...(signal && { signal }),
  });
  const identity = namesIn(certificate);
  return { key, certificate, ...(chain !== '' && { chain }), lasting: false, identity, ...services };
}

function checkedUrl(service: string, url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new SigningError(`the URL of the ${service} is none: ${url}`);
  }
  return url.replace(/\/+$/, '');
}

function certificates(signer: KeySigner): Pick<PreparedSigner, 'certificate' | 'chain'> {
  if (signer.certificate === undefined) {
    if (signer.certificateChain === undefined) return {};
    throw new SigningKeyError('a certificate chain is of use only with a certificate');
  }
  const [leaf, ...surplus] = readCertificates('certificate', signer.certificate);
  if (leaf === undefined || surplus.length > 0) {
    throw new SigningKeyError('the certificate file has to hold one certificate');
  }
  if (!leaf.checkPrivateKey(signer.key.privateKey)) {
    throw new SigningKeyError('the certificate is not for the key');
  }
  if (signer.certificateChain === undefined) return { certificate: leaf.toString() };
  const chain = readCertificates('certificate chain', signer.certificateChain);
  for (const [index, issuer] of chain.entries()) {
    const issued = index === 0 ? leaf : chain[index - 1]!;
    if (!issued.checkIssued(issuer) || !issued.verify(issuer.publicKey)) {
      throw new SigningKeyError(
        index === 0
          ? 'the certificate was not issued by the first one of the certificate chain'
          : `certificate ${index} of the certificate chain was not issued by the next one`,
      );
    }
  }
  return { certificate: leaf.toString(), chain: chain.map(String).join('') };
}

function readCertificates(what: string, pem: string): X509Certificate[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw new SigningKeyError(`there is no PEM certificate in the ${what}`);
  try {
    return found.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw new SigningKeyError(`the ${what} is damaged`, { cause });
  }
}

function namesIn(certificate: string): string {
  return new X509Certificate(certificate).subjectAltName ?? 'a certificate without names';
}
