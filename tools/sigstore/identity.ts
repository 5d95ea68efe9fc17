import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Who signs: a key, and the certificate that names its owner unless the key stands for itself. */
export interface SigningIdentity {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** PEM of the leaf. */
  readonly certificate?: string;
  /** PEM of what the leaf was issued by, the root last. */
  readonly chain?: string;
}

export type KeyKind = 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | 'RSA';

export function createKey(kind: KeyKind = 'P-256'): SigningIdentity {
  switch (kind) {
    case 'Ed25519':
      return generateKeyPairSync('ed25519');
    case 'RSA':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
    case 'P-256':
    case 'P-384':
    case 'P-521':
      return generateKeyPairSync('ec', { namedCurve: kind });
  }
}

/** SPKI. */
export function publicKeyPem({ publicKey }: SigningIdentity): string {
  return publicKey.export({ format: 'pem', type: 'spki' }).toString();
}

/** What a log entry names as the verifier: the certificate, or the key where there is none. */
export function verifierPem(identity: SigningIdentity): string {
  return identity.certificate ?? publicKeyPem(identity);
}

/** As cosign signs: the curve decides the hash, Ed25519 has its own, RSA is PKCS#1 v1.5 with SHA-256. */
export function signBytes({ privateKey }: SigningIdentity, bytes: Uint8Array): Buffer {
  const hashes: Readonly<Record<string, string>> = { secp384r1: 'sha384', secp521r1: 'sha512' };
  const hash =
    privateKey.asymmetricKeyType === 'ed25519'
      ? null
      : (hashes[privateKey.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'sha256');
  return sign(hash, bytes, privateKey);
}
