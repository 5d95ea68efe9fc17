import { readFile, stat } from 'node:fs/promises';
import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { TrustRootError } from '../errors.ts';
import { fileProblem } from '../file-problem.ts';
import type { TrustRootSource } from './trust-root.ts';

const maximumBytes = 4 * 1024 * 1024;

/**
 * The trust root in a file: the `trustedRoot` of a ClientTrustConfig (JSON, sigstore/protobuf-specs). The rest of
 * the file is not used. It is trusted as it is; all of it is read and checked at once.
 *
 * @param name what the program calls such a file in its messages
 * @throws TrustRootError
 */
export async function trustConfigFile(
  path: string,
  name: 'PKI file' | 'trust config file',
): Promise<TrustRootSource> {
  const text = await readText(path, name);
  const root = await decode(text, path, name);
  return () => Promise.resolve(root);
}

async function readText(path: string, name: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maximumBytes) throw new Error(`it has ${size} bytes, more than ${maximumBytes}`);
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TrustRootError(`could not read Sigstore ${name} ${path}: ${fileProblem(cause)}`, { cause });
  }
}

async function decode(text: string, path: string, name: string): Promise<TrustedRoot> {
  const refuse = (reason: string, cause?: unknown): TrustRootError =>
    new TrustRootError(`could not parse Sigstore trust config file ${path}: ${reason}`, { cause });
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw refuse((cause as Error).message, cause);
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw refuse('it is no JSON object');
  const { trustedRoot, trusted_root } = config as Record<string, unknown>;
  const json = trustedRoot ?? trusted_root;
  if (json === undefined || json === null) {
    throw new TrustRootError(`Sigstore ${name} ${path} missing trusted_root field`);
  }
  const { readTrustedRoot } = await import('./read-trusted-root.ts');
  try {
    return readTrustedRoot(json, { unknownLogs: 'refuse' });
  } catch (cause) {
    throw refuse((cause as Error).message, cause);
  }
}
