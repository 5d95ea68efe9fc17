import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import type { TransparencyLogEntry } from '@sigstore/bundle';
import { type JsonObject, parseJsonObject, stringAt } from './json.ts';
import { type SignedStatement, UntrustedSignatureError } from './signed-statement.ts';

/**
 * Checks that a log entry is about this signature by the owner of this certificate: without it, who can write to
 * the registry could put the entry and the certificate of any public signature beside a payload of their own.
 *
 * @param mayNameKey whether naming the certificate's public key is enough
 * @throws UntrustedSignatureError
 */
export function checkLoggedVerifier(
  entry: TransparencyLogEntry,
  certificate: X509Certificate,
  { mayNameKey = false } = {},
): void {
  const verifier = verifierOf(parseJsonObject(entry.canonicalizedBody, 'its log entry'));
  if (verifier === undefined) {
    throw new UntrustedSignatureError('its log entry does not say with what it is verified');
  }
  const isSame = namesCertificate(verifier, certificate) || (mayNameKey && namesKey(verifier, certificate));
  if (!isSame) throw new UntrustedSignatureError('its log entry is about another certificate or key');
}

/**
 * Checks an entry of the kind `rekord` (cosign before version 1.3), which the Sigstore library does not know: that
 * it is about this payload and this signature.
 *
 * @throws UntrustedSignatureError
 */
export function checkRekordBody(entry: TransparencyLogEntry, statement: SignedStatement): void {
  const body = parseJsonObject(entry.canonicalizedBody, 'its log entry');
  const hash = stringAt(body, 'spec', 'data', 'hash', 'value');
  const algorithm = stringAt(body, 'spec', 'data', 'hash', 'algorithm');
  const signature = stringAt(body, 'spec', 'signature', 'content');
  if (algorithm !== 'sha256' || hash !== createHash('sha256').update(statement.signedBytes).digest('hex')) {
    throw new UntrustedSignatureError('its log entry is about another payload');
  }
  if (signature === undefined || !Buffer.from(signature, 'base64').equals(statement.signature)) {
    throw new UntrustedSignatureError('its log entry is about another signature');
  }
}

interface Verifier {
  readonly bytes: Buffer;
  readonly form: 'pem' | 'certificate-der' | 'key-der';
}

/** Certificate or public key of an entry (sigstore/rekor and rekor-tiles, the types' schemas). */
function verifierOf(body: JsonObject): Verifier | undefined {
  const { kind, apiVersion } = body;
  switch (`${String(kind)} ${String(apiVersion)}`) {
    case 'hashedrekord 0.0.1':
    case 'rekord 0.0.1':
      return pem(stringAt(body, 'spec', 'signature', 'publicKey', 'content'));
    case 'dsse 0.0.1':
      return pem(stringAt(body, 'spec', 'signatures', 0, 'verifier'));
    case 'intoto 0.0.2':
      return pem(stringAt(body, 'spec', 'content', 'envelope', 'signatures', 0, 'publicKey'));
    case 'hashedrekord 0.0.2':
      return der(body, 'spec', 'hashedRekordV002', 'signature', 'verifier');
    case 'dsse 0.0.2':
      return der(body, 'spec', 'dsseV002', 'signatures', 0, 'verifier');
    default:
      throw new UntrustedSignatureError(
        `its log entry is of the unknown kind ${String(kind)} ${String(apiVersion)}`,
      );
  }
}

function pem(base64: string | undefined): Verifier | undefined {
  return base64 === undefined ? undefined : { bytes: Buffer.from(base64, 'base64'), form: 'pem' };
}

function der(body: JsonObject, ...path: readonly (string | number)[]): Verifier | undefined {
  const certificate = stringAt(body, ...path, 'x509Certificate', 'rawBytes');
  if (certificate !== undefined) {
    return { bytes: Buffer.from(certificate, 'base64'), form: 'certificate-der' };
  }
  const key = stringAt(body, ...path, 'publicKey', 'rawBytes');
  return key === undefined ? undefined : { bytes: Buffer.from(key, 'base64'), form: 'key-der' };
}

function namesCertificate({ bytes, form }: Verifier, certificate: X509Certificate): boolean {
  if (form === 'key-der') return false;
  try {
    return new X509Certificate(bytes).raw.equals(certificate.raw);
  } catch {
    return false;
  }
}

function namesKey({ bytes, form }: Verifier, certificate: X509Certificate): boolean {
  try {
    const key =
      form === 'key-der'
        ? createPublicKey({ key: bytes, format: 'der', type: 'spki' })
        : createPublicKey(bytes);
    return key.equals(certificate.publicKey);
  } catch {
    return false;
  }
}
