import { realpath, stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { defaultStoreRoot, parsePolicyLocation, type PolicyLocation } from '@kubewarden/registry/reference';
import { CliError } from '../terminal/cli-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a policy is; `storedAt` is the file that the user chose by its digest, so no other bytes will do. */
export type ResolvedPolicy = PolicyLocation & { readonly storedAt?: string };

export interface ResolveOptions {
  /**
   * Whether one word may be an image of the default registry. Default: no; what could be the name of a file is more
   * likely a typing mistake, and a registry must not be asked for it.
   */
  readonly shortNames?: boolean;
}

/**
 * Finds out what a user means by a policy: a URI, a file, the prefix of the SHA-256 of a module in the store, or
 * an image reference, tried in this order.
 *
 * @throws CliError if it is none of them
 * @throws PolicyLocationError if it is a URI that cannot be understood
 * @throws PolicyStoreError if several stored policies have the prefix
 */
export async function resolvePolicy(
  text: string,
  environment: Environment,
  { shortNames = false }: ResolveOptions = {},
): Promise<ResolvedPolicy> {
  const trimmed = text.trim();
  if (/^\w+:\/\//.test(trimmed)) return parsePolicyLocation(trimmed);
  if (await exists(text)) return parsePolicyLocation(pathToFileURL(await realpath(text)).href);
  const { findPolicyBySha256 } = await import('@kubewarden/registry');
  const stored = await findPolicyBySha256(defaultStoreRoot(environment), trimmed);
  if (stored !== undefined) return { ...parsePolicyLocation(stored.uri), storedAt: stored.path };
  if (shortNames || (trimmed.includes('/') && !trimmed.startsWith('.') && !trimmed.startsWith('/'))) {
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
