import { rm, rmdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { PolicyStoreError } from '../errors.ts';
import { removeAbandoned } from './partial-files.ts';

/**
 * Removes a policy from the store, and the folders that it leaves empty. A folder into which another process has
 * just put something stays.
 *
 * @throws PolicyStoreError
 */
export async function removePolicy(
  root: string,
  policy: { readonly uri: string; readonly path: string },
): Promise<void> {
  const fail = (reason: string, options?: ErrorOptions): never => {
    throw new PolicyStoreError(`could not delete policy ${policy.uri}: ${reason}`, options);
  };
  const components = relative(root, policy.path).split(sep);
  if (components[0] === '..' || components.length < 2) fail(`${policy.path} is not in the store ${root}`);
  try {
    await rm(policy.path);
  } catch (cause) {
    fail((cause as Error).message, { cause });
  }
  for (let length = components.length - 1; length > 0; length -= 1) {
    const folder = join(root, ...components.slice(0, length));
    await removeAbandoned(folder);
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}
