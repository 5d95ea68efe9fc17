import { createPrivateKey, type KeyObject, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { SigningKeyError } from '../errors.ts';

/** Both hold the same; cosign writes the second since version 1.13. */
const labels = ['ENCRYPTED COSIGN PRIVATE KEY', 'ENCRYPTED SIGSTORE PRIVATE KEY'] as const;

/** What cosign uses. */
const ownCost = { N: 65536, r: 8, p: 1 };
/** N·r·p, twice of what cosign uses: at most 128 MiB and about a second. */
const maximumCost = 2 ** 20;
const keyBytes = 32;
const nonceBytes = 24;

interface CosignKey {
  readonly cost: { readonly N: number; readonly r: number; readonly p: number };
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
}

/**
 * The private key in a key file of cosign: the base64 of a JSON object that names scrypt and NaCl's
 * secretbox (sigstore/sigstore, `pkg/cryptoutils` and secure-systems-lab/go-securesystemslib, `encrypted`).
 *
 * @throws SigningKeyError
 */
export async function decryptCosignKey(pem: string, password: string): Promise<KeyObject> {
  const key = decode(pem);
  const secret = await deriveKey(password, key.salt, key.cost);
  let pkcs8: Uint8Array;
  try {
    pkcs8 = xsalsa20poly1305(secret, key.nonce).decrypt(key.ciphertext);
  } catch (cause) {
    throw new SigningKeyError('the password of the key is wrong, or the key is damaged', { cause });
  }
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new SigningKeyError('the key file was decrypted but holds no private key', { cause });
  }
}

/** A key file of cosign with this private key. */
export async function encryptCosignKey(key: KeyObject, password: string): Promise<string> {
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const salt = randomBytes(32);
  const nonce = randomBytes(nonceBytes);
  const secret = await deriveKey(password, salt, ownCost);
  const json = JSON.stringify({
    kdf: { name: 'scrypt', params: ownCost, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(xsalsa20poly1305(secret, nonce).encrypt(pkcs8)).toString('base64'),
  });
  const lines = Buffer.from(json)
    .toString('base64')
    .match(/.{1,64}/g)!;
  return [`-----BEGIN ${labels[1]}-----`, ...lines, `-----END ${labels[1]}-----`, ''].join('\n');
}

async function deriveKey(password: string, salt: Buffer, cost: CosignKey['cost']): Promise<Uint8Array> {
  const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
  return derive(password, salt, keyBytes, { ...cost, maxmem: 2 * 128 * maximumCost });
}

function decode(pem: string): CosignKey {
  const base64 = new RegExp(`-----BEGIN (${labels.join('|')})-----([\\s\\S]*?)-----END \\1-----`).exec(
    pem,
  )?.[2];
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(base64 ?? '', 'base64').toString());
  } catch (cause) {
    throw new SigningKeyError('the key is damaged: what it holds is not JSON', { cause });
  }
  const kdf = member(json, 'kdf');
  const cipher = member(json, 'cipher');
  const parameters = member(kdf, 'params');
  if (member(kdf, 'name') !== 'scrypt' || member(cipher, 'name') !== 'nacl/secretbox') {
    throw new SigningKeyError('the key is encrypted in a way that is not known here');
  }
  const cost = {
    N: positiveInteger(parameters, 'N'),
    r: positiveInteger(parameters, 'r'),
    p: positiveInteger(parameters, 'p'),
  };
  if (cost.N * cost.r * cost.p > maximumCost) {
    throw new SigningKeyError('decrypting the key would cost too much: its scrypt parameters are too large');
  }
  if (cost.N < 2 || (cost.N & (cost.N - 1)) !== 0) {
    throw new SigningKeyError('the key is damaged: scrypt parameter N is not a power of two');
  }
  const nonce = bytes(cipher, 'nonce');
  if (nonce.length !== nonceBytes)
    throw new SigningKeyError('the key is damaged: its nonce has a wrong length');
  return { cost, nonce, salt: bytes(kdf, 'salt'), ciphertext: bytes(json, 'ciphertext') };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function positiveInteger(value: unknown, name: string): number {
  const number = member(value, name);
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1) {
    throw new SigningKeyError(`the key is damaged: scrypt parameter ${name} is missing or no number`);
  }
  return number;
}

function bytes(value: unknown, name: string): Buffer {
  const text = member(value, name);
  if (typeof text !== 'string' || text === '') {
    throw new SigningKeyError(`the key is damaged: ${name} is missing`);
  }
  return Buffer.from(text, 'base64');
}
