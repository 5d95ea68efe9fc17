import { CliError } from '../terminal/cli-error.ts';
import { resolvePolicy, type ResolvedPolicy } from './resolve.ts';

/** A policy that is in the store. */
export interface StoredFile {
  readonly uri: string;
  readonly path: string;
}

/** The stored file of a policy, if the store has it. Files of the user are never in the store. */
export async function findStored(policy: ResolvedPolicy, storeRoot: string): Promise<StoredFile | undefined> {
  if (policy.storedAt !== undefined) return { uri: policy.uri, path: policy.storedAt };
  if (policy.scheme === 'file') return undefined;
  const { findPolicyByUri } = await import('@kubewarden/registry');
  return findPolicyByUri(storeRoot, policy.uri);
}

/**
 * The policy of the store that a user means.
 *
 * @throws CliError if it is not there, or what is meant is a file
 */
export async function requireStored(
  text: string,
  storeRoot: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<StoredFile> {
  const policy = await resolvePolicy(text, environment, { shortNames: true });
  if (policy.scheme === 'file') {
    throw new CliError(`unknown scheme: file: ${policy.uri} is a file, not a policy of the store`);
  }
  const stored = await findStored(policy, storeRoot);
  if (stored === undefined) throw new CliError(`Cannot find policy with uri: ${policy.uri}`);
  return stored;
}
