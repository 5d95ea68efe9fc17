import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ASN1Obj } from '@sigstore/core';
import { SigningKeyError } from '../errors.ts';

/** Of PBKDF2; OpenSSL bounds scrypt itself. */
const maximumIterations = 10_000_000n;

/**
 * Reads a private key in PEM: PKCS#8, SEC 1 or PKCS#1, encrypted or not.
 *
 * @throws SigningKeyError
 */
export function readPemKey(pem: string, password: string | undefined): KeyObject {
  const label = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----/.exec(pem)?.[1];
  if (label === undefined) throw new SigningKeyError('there is no PEM private key');
  const encrypted = label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: 4,ENCRYPTED/m.test(pem);
  if (encrypted && password === undefined) {
    throw new SigningKeyError('the key is encrypted, its password is needed');
  }
  if (label === 'ENCRYPTED PRIVATE KEY') checkIterations(pem);
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(encrypted && { passphrase: password! }) });
  } catch (cause) {
    throw new SigningKeyError(
      encrypted ? 'the password of the key is wrong, or the key is damaged' : 'the private key is damaged',
      { cause },
    );
  }
}

/** A file could ask for hours of computation: the count is in the first part of `EncryptedPrivateKeyInfo`. */
function checkIterations(pem: string): void {
  const base64 = /-----BEGIN ENCRYPTED PRIVATE KEY-----([\s\S]*?)-----END/.exec(pem)?.[1] ?? '';
  let algorithm: ASN1Obj | undefined;
  try {
    algorithm = ASN1Obj.parseBuffer(Buffer.from(base64, 'base64')).subs[0];
  } catch (cause) {
    throw new SigningKeyError('the private key is damaged', { cause });
  }
  if (algorithm !== undefined && integersIn(algorithm).some((integer) => integer > maximumIterations)) {
    throw new SigningKeyError('decrypting the key would cost too much: it asks for too many iterations');
  }
}

function integersIn(object: ASN1Obj): bigint[] {
  if (object.tag.isUniversal() && object.tag.number === 0x02) return [object.toInteger()];
  return object.subs.flatMap(integersIn);
}
