import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultStoreRoot, parsePolicyLocation, type PolicyLocation } from '@kubewarden/registry';
import { CliError } from '../terminal/cli-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a policy is; `storedAt` is the file that the user chose by its digest, so no other bytes will do. */
export type ResolvedPolicy = PolicyLocation & { readonly storedAt?: string };

/**
 * Finds out what a user means by a policy: a URI, a file, the prefix of the SHA-256 of a module in the store, or
 * an image reference, tried in this order.
 *
 * @throws CliError if it is none of them
 */
export async function resolvePolicy(text: string, environment: Environment): Promise<ResolvedPolicy> {
  const trimmed = text.trim();
  if (/^\w+:\/\//.test(trimmed)) return parsePolicyLocation(trimmed);
  if (await exists(text)) return parsePolicyLocation(pathToFileURL(await realpath(text)).href);
  const stored = await findByDigest(trimmed, defaultStoreRoot(environment));
  if (stored !== undefined) return stored;
  // What could be a file name is more likely a typing mistake than a short name of the default registry.
  if (trimmed.includes('/') && !trimmed.startsWith('.') && !trimmed.startsWith('/')) {
    try {
      return parsePolicyLocation(trimmed);
    } catch {
      // reported below, in the words that the user typed
    }
  }
  throw new CliError(`Cannot find policy with uri: ${text}`);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The stored policy whose module has a digest with this prefix. */
async function findByDigest(prefix: string, root: string): Promise<ResolvedPolicy | undefined> {
  if (!/^[0-9a-f]+$/.test(prefix)) return undefined;
  const found: { readonly uri: string; readonly path: string }[] = [];
  for (const scheme of ['http', 'https', 'registry']) {
    const files = await readdir(join(root, scheme), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const file of files) {
      if (!file.isFile()) continue;
      const path = join(file.parentPath, file.name);
      const digest = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      if (digest.startsWith(prefix)) {
        found.push({ uri: `${scheme}://${relative(join(root, scheme), path).split(sep).join('/')}`, path });
      }
    }
  }
  if (found.length > 1) throw new CliError(`multiple policies found with the same prefix: ${prefix}`);
  const [policy] = found;
  return policy && { ...parsePolicyLocation(policy.uri), storedAt: policy.path };
}
