import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/**
 * Reads a public key: PEM (SPKI), of a kind that signatures may have.
 *
 * @returns `undefined` when it is none
 */
export function parsePublicKey(pem: string): KeyObject | undefined {
  // Node would also take the public half of a private key or a certificate.
  if (!/^\s*-----BEGIN PUBLIC KEY-----/.test(pem)) return undefined;
  try {
    const key = createPublicKey(pem);
    return hashFor(key) === undefined ? undefined : key;
  } catch {
    return undefined;
  }
}

/**
 * Whether `signature` was made with the private half of `key`: ECDSA over P-256 with SHA-256 or over P-384 with
 * SHA-384 (DER), Ed25519, or RSA PKCS#1 v1.5 with SHA-256.
 */
export function isSignedBy(key: KeyObject, signedBytes: Uint8Array, signature: Uint8Array): boolean {
  const hash = hashFor(key);
  if (hash === undefined) return false;
  try {
    return verify(hash, signedBytes, key, signature);
  } catch {
    return false;
  }
}

/** The hash of each kind of key, `null` where the algorithm brings its own. */
const hashes: ReadonlyMap<string | undefined, string | null> = new Map([
  ['ec prime256v1', 'sha256'],
  ['ec secp384r1', 'sha384'],
  ['ed25519', null],
  ['rsa', 'sha256'],
]);

function hashFor(key: KeyObject): string | null | undefined {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  return hashes.get(curve === undefined ? key.asymmetricKeyType : `${key.asymmetricKeyType} ${curve}`);
}
