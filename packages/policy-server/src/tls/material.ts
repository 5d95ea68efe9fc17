import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { TlsFiles } from '../config/config.ts';
import { TlsMaterialError } from './errors.ts';

/** A server certificate with its intermediates, and the key that belongs to it; both PEM. */
export interface ServerIdentity {
  readonly certificate: string;
  readonly key: string;
}

/** The certificates of one client CA file. */
export interface ClientAuthorities {
  readonly certificates: readonly string[];
  /** Items of the file that are no readable certificates. */
  readonly ignored: number;
}

/** The raw content of the files, as it was at one moment. */
export interface TlsFileContents {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthorities: readonly string[];
}

/** Files that go on changing are read this often at most; whether they belong together is checked by the parsers. */
const maximumReadings = 5;

/**
 * Reads until two readings in a row agree: Kubernetes may swap the files between the certificate and its key, and
 * only the next reading tells.
 *
 * @throws TlsMaterialError naming the file that cannot be read
 */
export async function readTlsFiles(files: TlsFiles): Promise<TlsFileContents> {
  let contents = await readOnce(files);
  for (let reading = 2; reading <= maximumReadings; reading += 1) {
    const before = contents;
    contents = await readOnce(files);
    if (isDeepStrictEqual(before, contents)) break;
  }
  return contents;
}

async function readOnce(files: TlsFiles): Promise<TlsFileContents> {
  const [certificate, key, ...clientAuthorities] = await Promise.all(
    [files.certificate, files.key, ...files.clientAuthorities].map(readText),
  );
  return { certificate: certificate!, key: key!, clientAuthorities };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TlsMaterialError(`cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Checks that a certificate chain and a key can be served together. The first certificate is the server's own.
 *
 * @throws TlsMaterialError
 */
export function parseServerIdentity(certificate: string, key: string): ServerIdentity {
  const blocks = pemBlocks(certificate, /CERTIFICATE/);
  if (blocks.length === 0) {
    throw new TlsMaterialError('Expected at least one certificate in certificate file, found 0');
  }
  const chain = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new TlsMaterialError(`certificate ${index + 1} of the certificate file cannot be parsed`, {
        cause,
      });
    }
  });
  const keys = pemBlocks(key, /(?:[A-Z]+ )?PRIVATE KEY/);
  if (keys.length !== 1) {
    throw new TlsMaterialError(`Expected exactly one key in key file, found ${keys.length}`);
  }
  if (!chain[0]!.checkPrivateKey(parseKey(keys[0]!))) {
    throw new TlsMaterialError('the private key does not belong to the certificate');
  }
  return { certificate: blocks.join('\n'), key: keys[0]! };
}

function parseKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new TlsMaterialError(`the private key cannot be parsed: ${(cause as Error).message}`, { cause });
  }
}

/** Reads a client CA bundle; items that are no readable certificates are counted, not fatal. */
export function parseClientAuthorities(text: string): ClientAuthorities {
  const blocks = pemBlocks(text, /[A-Z0-9 ]+/);
  const certificates = blocks.filter((block) => {
    try {
      return new X509Certificate(block).raw.length > 0;
    } catch {
      return false;
    }
  });
  return { certificates, ignored: blocks.length - certificates.length };
}

function pemBlocks(text: string, label: RegExp): string[] {
  const block = new RegExp(`-----BEGIN (${label.source})-----[^-]+-----END \\1-----`, 'g');
  return text.match(block) ?? [];
}
