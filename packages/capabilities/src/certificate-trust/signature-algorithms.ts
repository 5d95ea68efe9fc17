import type { KeyObject } from 'node:crypto';
import { CertificateError } from './error.ts';

/** Bits of RSA keys that are accepted. */
const rsaBits = { minimum: 2048, maximum: 8192 };

const curves = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/**
 * Algorithm identifiers of signatures, as the hexadecimal form of their DER content, and the keys that they need.
 * SHA-1 and everything older is missing on purpose.
 */
const algorithms: readonly [RegExp, 'rsa' | 'ec' | 'ed25519'][] = [
  // sha256/384/512WithRSAEncryption, parameters NULL.
  [/^06092a864886f70d01010[bcd]0500$/, 'rsa'],
  // RSASSA-PSS with the same hash everywhere and a salt of its length (RFC 4055, RFC 8017).
  [pss('1', '20'), 'rsa'],
  [pss('2', '30'), 'rsa'],
  [pss('3', '40'), 'rsa'],
  // ecdsa-with-SHA256/384/512.
  [/^06082a8648ce3d04030[234]$/, 'ec'],
  // Ed25519 (RFC 8410).
  [/^06032b6570$/, 'ed25519'],
];

/** The hash's parameters are NULL or absent: both have to be accepted. */
function pss(hash: string, saltLength: string): RegExp {
  const oid = `060960864801650304020${hash}`;
  const mask = '06092a864886f70d010108';
  const explicit = `3034a00f300d${oid}0500a11c301a${mask}300d${oid}0500`;
  const absent = `3030a00d300b${oid}a11a3018${mask}300b${oid}`;
  return new RegExp(`^06092a864886f70d01010a(?:${explicit}|${absent})a2030201${saltLength}$`);
}

/** @throws CertificateError if the algorithm is not accepted, or not for this key */
export function checkSignatureAlgorithm(identifier: Uint8Array, key: KeyObject): void {
  const hex = Buffer.from(identifier).toString('hex');
  const found = algorithms.find(([pattern]) => pattern.test(hex));
  if (found === undefined) throw new CertificateError('UnsupportedSignatureAlgorithm');
  const [, type] = found;
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== type || (type === 'ec' && !curves.has(namedCurve))) {
    throw new CertificateError('UnsupportedSignatureAlgorithmForPublicKey');
  }
  if (type === 'rsa' && (modulusLength < rsaBits.minimum || modulusLength > rsaBits.maximum)) {
    throw new CertificateError('InvalidSignatureForPublicKey');
  }
}
