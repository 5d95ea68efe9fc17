import { stat } from 'node:fs/promises';
import { PolicyLocationError, PolicyStoreError } from '../errors.ts';
import { parsePolicyLocation } from '../reference/location.ts';
import { hashFile } from './facts.ts';
import { listPolicies, type StoredPolicy } from './list.ts';
import { storePath } from './paths.ts';

/**
 * The policy that the store keeps under a URI.
 *
 * @throws PolicyLocationError if the text is none, or the location of something that is never in a store
 */
export async function findPolicyByUri(
  root: string,
  uri: string,
): Promise<{ readonly uri: string; readonly path: string } | undefined> {
  const location = parsePolicyLocation(uri);
  if (location.scheme === 'file') throw new PolicyLocationError(`unknown scheme: ${location.scheme}`);
  const path = storePath(root, location);
  return (await isFile(path)) ? { uri: location.uri, path } : undefined;
}

/**
 * The policy of which the file has a SHA-256 with this prefix (hexadecimal, lower case). The digest of what is
 * found is of the file as it is now, whatever is remembered of it.
 *
 * @throws PolicyStoreError if there are several
 */
export async function findPolicyBySha256(root: string, prefix: string): Promise<StoredPolicy | undefined> {
  if (!/^[0-9a-f]{1,64}$/.test(prefix)) return undefined;
  const remembered = await findBySha256(root, prefix, false);
  if (remembered === undefined) return undefined;
  const isStillSo = await hashFile(remembered.path).then(
    ({ sha256 }) => sha256 === remembered.sha256,
    () => false,
  );
  return isStillSo ? remembered : findBySha256(root, prefix, true);
}

async function findBySha256(root: string, prefix: string, fresh: boolean): Promise<StoredPolicy | undefined> {
  const entries = await listPolicies(root, { fresh });
  const found = entries.filter(
    (entry): entry is StoredPolicy => entry.kind === 'policy' && entry.sha256.startsWith(prefix),
  );
  if (found.length > 1) throw new PolicyStoreError(`multiple policies found with the same prefix: ${prefix}`);
  return found[0];
}

/** Whether there is a regular file. */
export function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
