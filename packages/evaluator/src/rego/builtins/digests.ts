import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, textToBytes } from './bytes.ts';
import { stringOperand, type Builtin, type BuiltinTable } from './builtin.ts';

type Hash = typeof md5 | typeof sha512;

export const digests: BuiltinTable = {
  'crypto.md5': digest(md5),
  'crypto.sha1': digest(sha1),
  'crypto.sha256': digest(sha256),
  'crypto.hmac.md5': keyedDigest(md5),
  'crypto.hmac.sha1': keyedDigest(sha1),
  'crypto.hmac.sha256': keyedDigest(sha256),
  'crypto.hmac.sha512': keyedDigest(sha512),
  'crypto.hmac.equal': (_context, a, b) => equalInConstantTime(stringOperand(a, 1), stringOperand(b, 2)),
};

function digest(hash: Hash): Builtin {
  return (_context, text) => bytesToHex(hash(textToBytes(stringOperand(text, 1))));
}

function keyedDigest(hash: Hash): Builtin {
  return (_context, text, key) =>
    bytesToHex(hmac(hash, textToBytes(stringOperand(key, 2)), textToBytes(stringOperand(text, 1))));
}

function equalInConstantTime(a: string, b: string): boolean {
  const [left, right] = [textToBytes(a), textToBytes(b)];
  if (left.length !== right.length) return false;
  return left.reduce((difference, byte, index) => difference | (byte ^ (right[index] as number)), 0) === 0;
}
