import { createPrivateKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SigningKeyError } from '../errors.ts';
import { generateSigningKey, isSignedByKey, loadSigningKey, signWithKey } from './signing-key.ts';

/** Made by cosign 3.1.3, with this password. */
const cosignPassword = 'secret';
const cosignKey = `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
OCwicCI6MX0sInNhbHQiOiJpalVNd1JRSzlOSW5FZ2RIRWtXWWU1S2lsWXdXNmxt
cUd5dEsvb1dWWEZFPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
Iiwibm9uY2UiOiJMaFZsYlJwaHVTZldzNUVmWnNLKzB3R3JsaGRBYlNCUSJ9LCJj
aXBoZXJ0ZXh0IjoiRlRET3F2d2dvcm5nSVhhQ3h0UGtpRWE3T3F2UEgxdmZVS0hR
SXVvNm5JRnp4Z2ZBTGt4VnlrSjBGdEs3RlpPdHFqeGR4bHI0amdTRTFaOVJndnVV
elg0TWhCYkxwTDVwc0VJSlp6azlyWVNnNFNRY2FEVkNqTi9yTTFvNVh0OWNUcUgr
OWxIZGI1ZDA3QlZZR0J2MnFtNVBpWW9ReHJ0cWJKbzFvTU5LL2J2TDN3S3pYNnVs
c2tXSG1jemhXd2dUSWFDMzRYQTdpQmdBYkE9PSJ9
-----END ENCRYPTED SIGSTORE PRIVATE KEY-----
`;
const cosignPublicKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAECZlfWUbEBDolDgOBQ2tVz5akZjOv
H6UtwyfO6z/26T+WF/e7sPGUjRNFYKt41DSOkxkjfYBeZfoP3mEmRSG76w==
-----END PUBLIC KEY-----
`;

const message = Buffer.from('message');

function pem(key: KeyObject, options: { type: 'pkcs8' | 'sec1' | 'pkcs1'; passphrase?: string }): string {
  const { type, passphrase } = options;
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return key.export({ format: 'pem', type, ...encryption } as never) as unknown as string;
}

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** The key file of cosign, tampered with. */
function spoilt(spoil: (json: CosignFile) => void): string {
  const json = JSON.parse(
    Buffer.from(cosignKey.replaceAll(/-----[A-Z ]+-----/g, ''), 'base64').toString(),
  ) as CosignFile;
  spoil(json);
  const label = 'ENCRYPTED COSIGN PRIVATE KEY';
  const body = Buffer.from(JSON.stringify(json)).toString('base64');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

interface CosignFile {
  kdf: { name: string; params: { N?: number; r: number; p: number } };
  cipher: { name: string; nonce: string };
  ciphertext: string;
}

describe('loadSigningKey', () => {
  it.each([
    ['P-256', 'sha256', p256],
    ['P-384', 'sha384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
    ['Ed25519', null, generateKeyPairSync('ed25519').privateKey],
    ['RSA', 'sha256', rsa],
  ] as const)('reads a %s key in PKCS#8, encrypted or not', async (_, hash, privateKey) => {
    const plain = await loadSigningKey(pem(privateKey, { type: 'pkcs8' }));
    const encrypted = await loadSigningKey(pem(privateKey, { type: 'pkcs8', passphrase: 'pass' }), {
      password: 'pass',
    });
    expect(encrypted.fingerprint).toBe(plain.fingerprint);
    expect(verify(hash, message, plain.publicKeyPem, signWithKey(encrypted, message))).toBe(true);
  });

  it.each([
    ['SEC 1', p256, 'sec1'],
    ['PKCS#1', rsa, 'pkcs1'],
  ] as const)('reads %s, encrypted or not', async (_, key, type) => {
    const plain = await loadSigningKey(pem(key, { type }));
    const encrypted = await loadSigningKey(pem(key, { type, passphrase: 'pass' }), { password: 'pass' });
    expect(isSignedByKey(plain, message, signWithKey(encrypted, message))).toBe(true);
    expect(isSignedByKey(plain, Buffer.from('other'), signWithKey(encrypted, message))).toBe(false);
  });

  it('reads a key that cosign has made', async () => {
    const key = await loadSigningKey(cosignKey, { password: cosignPassword });
    expect(key.publicKeyPem).toBe(cosignPublicKey);
    const older = cosignKey.replaceAll('ENCRYPTED SIGSTORE', 'ENCRYPTED COSIGN');
    expect((await loadSigningKey(older, { password: cosignPassword })).publicKeyPem).toBe(cosignPublicKey);
  });

  const secret = 'do not quote me';
  it.each([
    ['cosign', cosignKey],
    ['PKCS#8', pem(p256, { type: 'pkcs8', passphrase: 'pass' })],
    ['SEC 1', pem(p256, { type: 'sec1', passphrase: 'pass' })],
  ])('says that the password of a key is missing or wrong (%s)', async (_, key) => {
    await expect(loadSigningKey(key)).rejects.toThrow(
      new SigningKeyError('the key is encrypted, its password is needed'),
    );
    await expect(loadSigningKey(key, { password: secret })).rejects.toThrow(
      new SigningKeyError('the password of the key is wrong, or the key is damaged'),
    );
  });

  it.each([
    ['nothing', '', 'there is no PEM private key'],
    ['a public key', cosignPublicKey, 'there is no PEM private key'],
    [
      'a damaged key',
      '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
      'the private key is damaged',
    ],
    [
      'a damaged encrypted key',
      '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n',
      'the private key is damaged',
    ],
    ['megabytes', ' '.repeat(65_537), 'the key is longer than 65536 characters'],
    [
      'P-521',
      pem(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey, { type: 'pkcs8' }),
      'verifiers accept no key on the curve secp521r1: use P-256 or P-384',
    ],
    [
      'X25519',
      pem(generateKeyPairSync('x25519').privateKey, { type: 'pkcs8' }),
      'verifiers accept no key of the type x25519: use EC P-256 or P-384, Ed25519, or RSA',
    ],
    [
      'a short RSA key',
      pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey, { type: 'pkcs8' }),
      'the RSA key has 1024 bits, at least 2048 are needed',
    ],
  ])('refuses %s', async (_, key, reason) => {
    await expect(loadSigningKey(key, { password: 'x' })).rejects.toThrow(new SigningKeyError(reason));
  });

  it('does not compute for hours because a PEM file asks for it', async () => {
    const label = 'ENCRYPTED PRIVATE KEY';
    const der = Buffer.from(
      pem(p256, { type: 'pkcs8', passphrase: 'pass' }).replaceAll(/-----[A-Z ]+-----/g, ''),
      'base64',
    );
    // INTEGER 2048, the count of OpenSSL, takes as many bytes as one of 0x7fff; a longer one needs another length.
    const count = der.indexOf(Buffer.from('02020800', 'hex'));
    expect(count).toBeGreaterThan(0);
    const bytes = Buffer.concat([
      der.subarray(0, count),
      Buffer.from('02047fffffff', 'hex'),
      der.subarray(count + 4),
    ]);
    // The sequences around it grow by two bytes.
    for (let offset = 0; offset < count; offset++) {
      if (bytes[offset] !== 0x30) continue;
      const long = bytes[offset + 1] === 0x81;
      const at = offset + (long ? 2 : 1);
      const end = at + 1 + bytes[at]!;
      if (end > count && end <= der.length) bytes[at]! += 2;
    }
    const key = `-----BEGIN ${label}-----\n${bytes.toString('base64')}\n-----END ${label}-----\n`;
    await expect(loadSigningKey(key, { password: 'pass' })).rejects.toThrow(
      'decrypting the key would cost too much: it asks for too many iterations',
    );
  });

  it.each([
    [
      'costs too much memory',
      (json: CosignFile) => (json.kdf.params.N = 2 ** 24),
      'decrypting the key would cost too much: its scrypt parameters are too large',
    ],
    [
      'costs too much time',
      (json: CosignFile) => (json.kdf.params.p = 2 ** 20),
      'decrypting the key would cost too much: its scrypt parameters are too large',
    ],
    [
      'has a wrong N',
      (json: CosignFile) => (json.kdf.params.N = 12345),
      'the key is damaged: scrypt parameter N is not a power of two',
    ],
    [
      'has no N',
      (json: CosignFile) => delete json.kdf.params.N,
      'the key is damaged: scrypt parameter N is missing or no number',
    ],
    [
      'has another cipher',
      (json: CosignFile) => (json.cipher.name = 'rot13'),
      'the key is encrypted in a way that is not known here',
    ],
    [
      'has a short nonce',
      (json: CosignFile) => (json.cipher.nonce = 'AAAA'),
      'the key is damaged: its nonce has a wrong length',
    ],
    [
      'has no content',
      (json: CosignFile) => (json.ciphertext = ''),
      'the key is damaged: ciphertext is missing',
    ],
  ])('refuses a key file of cosign that %s', async (_, spoil, reason) => {
    await expect(loadSigningKey(spoilt(spoil), { password: 'x' })).rejects.toThrow(
      new SigningKeyError(reason),
    );
  });

  it('refuses a key file of cosign that holds no JSON', async () => {
    const key = cosignKey.replace('eyJr', 'AAAA');
    await expect(loadSigningKey(key, { password: 'x' })).rejects.toThrow(
      'the key is damaged: what it holds is not JSON',
    );
  });
});

describe('generateSigningKey', () => {
  it('makes a pair that can be used with its password only', async () => {
    const { privateKeyFile, publicKeyPem } = await generateSigningKey('pässword');
    const key = await loadSigningKey(privateKeyFile, { password: 'pässword' });
    expect(key.publicKeyPem).toBe(publicKeyPem);
    expect(() => createPrivateKey(privateKeyFile)).toThrow();
    await expect(loadSigningKey(privateKeyFile, { password: 'password' })).rejects.toThrow(SigningKeyError);
  });
});
