import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { SigningKeyError } from '../errors.ts';

/** A private key that verifiers accept: EC P-256 or P-384, Ed25519, or RSA of at least 2048 bits. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** PEM, SPKI. */
  readonly publicKeyPem: string;
  /** Base64 of the SHA-256 of the public key (SPKI, DER). */
  readonly fingerprint: string;
  /** `null` for Ed25519, which has a hash of its own. */
  readonly hash: 'sha256' | 'sha384' | null;
}

const maximumPemLength = 64 * 1024;
const cosignKey = /-----BEGIN ENCRYPTED (?:COSIGN|SIGSTORE) PRIVATE KEY-----/;

/**
 * Reads a private key: PEM (PKCS#8, SEC 1, PKCS#1; encrypted or not) or a key file of cosign.
 *
 * @throws SigningKeyError if it is none, if the password is missing or wrong, or if verifiers would not accept it
 */
export async function loadSigningKey(
  pem: string,
  options: { readonly password?: string } = {},
): Promise<SigningKey> {
  if (pem.length > maximumPemLength) {
    throw new SigningKeyError(`the key is longer than ${maximumPemLength} characters`);
  }
  // Both are loaded only when there is such a key.
  if (!cosignKey.test(pem)) {
    const { readPemKey } = await import('./pem-key.ts');
    return describeKey(readPemKey(pem, options.password));
  }
  if (options.password === undefined)
    throw new SigningKeyError('the key is encrypted, its password is needed');
  const { decryptCosignKey } = await import('./cosign-key.ts');
  return describeKey(await decryptCosignKey(pem, options.password));
}

/** A new P-256 key as `cosign generate-key-pair` makes one: the private half encrypted, the public half PEM. */
export async function generateSigningKey(
  password: string,
): Promise<{ readonly privateKeyFile: string; readonly publicKeyPem: string }> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { encryptCosignKey } = await import('./cosign-key.ts');
  return {
    privateKeyFile: await encryptCosignKey(privateKey, password),
    publicKeyPem: describeKey(privateKey).publicKeyPem,
  };
}

/** ECDSA in DER, Ed25519, or RSA PKCS#1 v1.5. */
export function signWithKey(key: SigningKey, bytes: Uint8Array): Buffer {
  return sign(key.hash, bytes, key.privateKey);
}

export function isSignedByKey(key: SigningKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  return verify(key.hash, bytes, key.publicKey, signature);
}

export function describeKey(privateKey: KeyObject): SigningKey {
  const hash = hashFor(privateKey);
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return {
    privateKey,
    publicKey,
    publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    fingerprint: createHash('sha256').update(der).digest('base64'),
    hash,
  };
}

function hashFor({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): SigningKey['hash'] {
  if (type === 'ed25519') return null;
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    if (bits < 2048) throw new SigningKeyError(`the RSA key has ${bits} bits, at least 2048 are needed`);
    return 'sha256';
  }
  if (type === 'ec') {
    const { namedCurve } = details ?? {};
    if (namedCurve === 'prime256v1') return 'sha256';
    if (namedCurve === 'secp384r1') return 'sha384';
    throw new SigningKeyError(`verifiers accept no key on the curve ${namedCurve}: use P-256 or P-384`);
  }
  throw new SigningKeyError(
    `verifiers accept no key of the type ${type}: use EC P-256 or P-384, Ed25519, or RSA`,
  );
}
