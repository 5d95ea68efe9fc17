import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  InvalidPolicyFileError,
  PolicyFetchError,
  RegistryError,
  RegistryUnsupportedError,
} from './errors.ts';
import { startsLikeWasm } from './policy-file.ts';
import { createRegistryClient } from './oci/client.ts';
import type { PolicyLocation, WebLocation } from './reference/location.ts';
import type { Sources } from './sources.ts';
import { isFile } from './store/find.ts';
import { fileName, storePath } from './store/paths.ts';
import { writeAtomically } from './store/write.ts';
import type { Proxies } from './transport/proxies.ts';
import type { TransferLimits } from './transport/transfer-limits.ts';

/** Where a fetched module goes: into a store, or to a file (or into a folder, under its own name). */
export type FetchDestination =
  | { readonly kind: 'store'; readonly root: string }
  | { readonly kind: 'local'; readonly path: string };

export interface FetchPolicyOptions {
  readonly destination: FetchDestination;
  readonly sources?: Sources;
  /** Used where `sources` names none. Default: those of the environment. */
  readonly proxies?: Proxies;
  readonly limits?: Partial<TransferLimits>;
  readonly signal?: AbortSignal;
}

export interface FetchedPolicy {
  /** Normalised location. */
  readonly uri: string;
  /** The module's file. */
  readonly path: string;
}

/**
 * Makes a policy's module available as a local file. `file://` modules are used where they are; a module that
 * the store already has is not fetched again.
 *
 * @throws PolicyFetchError when it cannot be obtained
 * @throws InvalidPolicyFileError when what was fetched is no WebAssembly module
 * @throws PolicyStoreError when it cannot be written
 * @throws RegistryUnsupportedError for `registry://` locations that the store does not have
 */
export async function fetchPolicy(
  location: PolicyLocation,
  options: FetchPolicyOptions,
): Promise<FetchedPolicy> {
  if (location.scheme === 'file') return { uri: location.uri, path: location.path };

  const path = await destinationPath(location, options.destination);
  if (options.destination.kind === 'store' && !isLatest(location) && (await isFile(path))) {
    return { uri: location.uri, path };
  }
  if (location.scheme === 'registry') throw new RegistryUnsupportedError(location.uri);
  const bytes = await fetchFromWeb(location, options);
  if (!startsLikeWasm(bytes)) throw new InvalidPolicyFileError('invalid wasm file');
  await writeAtomically(path, bytes);
  return { uri: location.uri, path };
}

async function fetchFromWeb(location: WebLocation, options: FetchPolicyOptions): Promise<Uint8Array> {
  const { signal } = options;
  const client = createRegistryClient(options);
  try {
    const pieces: Uint8Array[] = [];
    const body = client.streamUrl(location.url, { ...(signal !== undefined && { signal }) });
    for await (const piece of body) pieces.push(piece);
    return Buffer.concat(pieces);
  } catch (error) {
    if (error instanceof RegistryError) throw new PolicyFetchError(error.message, { cause: error });
    throw error;
  } finally {
    await client.close();
  }
}

async function destinationPath(
  location: Exclude<PolicyLocation, { scheme: 'file' }>,
  destination: FetchDestination,
): Promise<string> {
  if (destination.kind === 'store') return storePath(destination.root, location);
  const isDirectory = await stat(destination.path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory) return destination.path;
  return join(destination.path, fileName(location));
}

/** The tag `latest` moves, so what the store has says nothing. */
function isLatest(location: PolicyLocation): boolean {
  return (
    location.scheme === 'registry' && location.image.tag === 'latest' && location.image.digest === undefined
  );
}
