import { createHash } from 'node:crypto';
import { DigestMismatchError } from '../errors.ts';

export type DigestAlgorithm = 'sha256' | 'sha384' | 'sha512';

const grammar = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

export function isDigest(text: string): boolean {
  return grammar.test(text);
}

/** @param digest - one that `isDigest` accepts */
export function digestAlgorithm(digest: string): DigestAlgorithm {
  return digest.slice(0, digest.indexOf(':')) as DigestAlgorithm;
}

export function computeDigest(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

export function digestMismatch(expected: string, actual: string): DigestMismatchError {
  return new DigestMismatchError(`Digest error: Invalid digest. Expected ${expected}, got ${actual}`);
}
