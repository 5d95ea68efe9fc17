import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { type Proxies, proxiesFromEnvironment, proxyFor } from '@kubewarden/registry';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { SigningError } from '../errors.ts';
import { readIdentityToken } from './identity-token.ts';
import { describeKey, signWithKey, type SigningKey } from './signing-key.ts';

/** A key that lives as long as one signature, and the certificate that binds it to an identity. */
export interface CertifiedKey {
  readonly key: SigningKey;
  /** PEM of the leaf. */
  readonly certificate: string;
  /** PEM of the issuers, the root last. */
  readonly chain: string;
}

export interface FulcioOptions {
  readonly url: string;
  readonly identityToken: string;
  readonly proxies?: Proxies;
  readonly signal?: AbortSignal;
}

const requestTimeout = 30_000;
const maximumAnswerBytes = 1024 * 1024;
const maximumQuotedLength = 300;

/**
 * Exchanges an identity token for a certificate (Fulcio API v2, `POST /api/v2/signingCert`). The token goes to no
 * other place: redirects are not followed, and without TLS only to this machine.
 *
 * @throws SigningError
 */
export async function requestCertificate(options: FulcioOptions): Promise<CertifiedKey> {
  const url = signingEndpoint(options.url);
  const { subject } = readIdentityToken(options.identityToken);
  const key = describeKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const body = JSON.stringify({
    credentials: { oidcIdentityToken: options.identityToken },
    publicKeyRequest: {
      publicKey: { algorithm: 'ECDSA', content: key.publicKeyPem },
      proofOfPossession: signWithKey(key, Buffer.from(subject)).toString('base64'),
    },
  });
  const answer = await post(url, body, options);
  const [certificate, ...chain] = certificatesIn(answer, options.url);
  if (certificate === undefined || !new X509Certificate(certificate).checkPrivateKey(key.privateKey)) {
    throw new SigningError(`${options.url} did not answer with a certificate for the key it was sent`);
  }
  return { key, certificate, chain: chain.join('') };
}

function signingEndpoint(base: string): URL {
  const url = URL.parse(`${base.replace(/\/+$/, '')}/api/v2/signingCert`);
  if (url === null) throw new SigningError(`the URL of Fulcio is none: ${base}`);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local)) {
    throw new SigningError(`an identity token is sent by HTTPS only, not to ${base}`);
  }
  return url;
}

async function post(url: URL, body: string, options: FulcioOptions): Promise<string> {
  const proxy = proxyFor(url, options.proxies ?? proxiesFromEnvironment(process.env));
  const limits = { headersTimeout: requestTimeout, bodyTimeout: requestTimeout };
  const dispatcher: Dispatcher =
    proxy === undefined
      ? new Agent(limits)
      : new ProxyAgent({ uri: proxy, proxyTunnel: url.protocol === 'https:', ...limits });
  const timeout = AbortSignal.timeout(requestTimeout);
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body,
      dispatcher,
      signal: options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]),
    });
    const text = await readBounded(answer.body);
    if (answer.statusCode >= 200 && answer.statusCode < 300) return text;
    throw new SigningError(
      `status ${answer.statusCode}${quoted(text.replaceAll(options.identityToken, '…'))}`,
    );
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw new SigningError(`cannot obtain a certificate from ${options.url}: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    await dispatcher.destroy();
  }
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > maximumAnswerBytes)
      throw new SigningError(`the answer is longer than ${maximumAnswerBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** What the service says is wrong, in printable characters. */
function quoted(text: string): string {
  let message = text;
  try {
    const { message: inner } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof inner === 'string') message = inner;
  } catch {
    // Not JSON: quoted as it is.
  }
  const printable = message
    .replaceAll(/[^\P{C}]+/gu, ' ')
    .trim()
    .slice(0, maximumQuotedLength);
  return printable === '' ? '' : `: ${printable}`;
}

function certificatesIn(answer: string, url: string): string[] {
  try {
    const { signedCertificateEmbeddedSct, signedCertificateDetachedSct } = JSON.parse(answer) as Readonly<
      Record<string, { readonly chain: { readonly certificates: readonly string[] } } | undefined>
    >;
    const { certificates } = (signedCertificateEmbeddedSct ?? signedCertificateDetachedSct)!.chain;
    return certificates.map((pem) => new X509Certificate(pem).toString());
  } catch (cause) {
    throw new SigningError(`${url} answers with something that is no certificate`, { cause });
  }
}
