import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { policyLayer } from './artifact/policy-layer.ts';
import { verifiedLayer, type VerifiedManifest } from './artifact/verified-layer.ts';
import { PolicyFetchError, RegistryError } from './errors.ts';
import type { Descriptor } from './oci/manifest.ts';
import type { CallOptions, RegistryClient, TransferOptions } from './oci/registry-client.ts';
import { checkPolicyFile } from './policy-file.ts';
import type { PolicyLocation, RegistryLocation, WebLocation } from './reference/location.ts';
import { hashFile } from './store/facts.ts';
import { isFile } from './store/find.ts';
import { fileName, storePath } from './store/paths.ts';
import { writeAtomically } from './store/write.ts';
import { writeUserFile } from './store/write-user-file.ts';

/** Where a fetched module goes: into a store, or to a file (or into a folder, under its own name). */
export type FetchDestination =
  | { readonly kind: 'store'; readonly root: string }
  | { readonly kind: 'local'; readonly path: string };

export interface FetchPolicyOptions extends TransferOptions {
  readonly client: RegistryClient;
  readonly destination: FetchDestination;
  /** Only the module of this manifest will do, whatever its tag means by now and whatever the store has. */
  readonly verified?: VerifiedManifest;
}

export interface FetchedPolicy {
  /** Normalised location. */
  readonly uri: string;
  /** The module's file. */
  readonly path: string;
  /** Whether the file was there already. */
  readonly origin: 'downloaded' | 'present';
  /** Of the verified module, hexadecimal, if there was one: whoever reads the file later can tell whether it still is. */
  readonly verifiedSha256?: string;
}

/**
 * Makes a policy's module available as a local file, piece by piece. `file://` modules are used where they are.
 * What the store already has is not fetched again, unless its tag is `latest`, which moves, or it is not what was
 * verified. A file that the user has asked for is always written.
 *
 * @throws PolicyFetchError when it cannot be obtained
 * @throws InvalidPolicyFileError when what was fetched is no WebAssembly module
 * @throws PolicyStoreError when it cannot be written
 */
export async function fetchPolicy(
  location: PolicyLocation,
  options: FetchPolicyOptions,
): Promise<FetchedPolicy> {
  const { uri } = location;
  if (location.scheme === 'file') return { uri, path: location.path, origin: 'present' };
  const path = await destinationPath(location, options.destination);
  if (options.verified !== undefined) {
    return { uri, path, ...(await fetchVerified(location, path, options.verified, options)) };
  }
  if (options.destination.kind === 'store' && !isLatest(location) && (await isFile(path))) {
    return { uri, path, origin: 'present' };
  }
  if (location.scheme === 'registry') await fetchFromRegistry(location, path, options);
  else await fetchFromWeb(location, path, options);
  return { uri, path, origin: 'downloaded' };
}

async function fetchFromRegistry(
  location: RegistryLocation,
  path: string,
  options: FetchPolicyOptions,
): Promise<void> {
  const layer = await asking(async () =>
    policyLayer((await options.client.fetchImageManifest(location.image, callOptions(options))).manifest),
  );
  await fetchLayer(location, layer, path, options);
}

async function fetchFromWeb(location: WebLocation, path: string, options: FetchPolicyOptions): Promise<void> {
  const content = options.client.streamUrl(location.url, transferOptions(options));
  await write(
    path,
    options.destination,
    withoutRegistryErrors(content, (message) => message),
  );
}

/** Fetches the layer of a verified manifest, unless the store has exactly that. */
async function fetchVerified(
  location: RegistryLocation | WebLocation,
  path: string,
  verified: VerifiedManifest,
  options: FetchPolicyOptions,
): Promise<Omit<FetchedPolicy, 'uri' | 'path'>> {
  if (location.scheme !== 'registry') {
    throw new PolicyFetchError(
      `Verification only works with OCI images: Not a valid oci image: ${location.uri}`,
    );
  }
  const layer = await asking(() =>
    verifiedLayer(options.client, location.image, verified, callOptions(options)),
  );
  const wanted = layer.digest.slice('sha256:'.length);
  const present = options.destination.kind === 'store' ? await digestOf(path) : undefined;
  if (present === wanted) return { origin: 'present', verifiedSha256: wanted };
  try {
    await fetchLayer(location, layer, path, options);
  } catch (cause) {
    if (present === undefined || !(cause instanceof PolicyFetchError)) throw cause;
    throw new PolicyFetchError(
      "The digest of the local file doesn't match with the one reported inside of the signed manifest. " +
        `Got ${present} instead of ${wanted}, and it cannot be fetched again: ${cause.message}`,
      { cause },
    );
  }
  return { origin: 'downloaded', verifiedSha256: wanted };
}

async function fetchLayer(
  { image }: RegistryLocation,
  layer: Descriptor,
  path: string,
  options: FetchPolicyOptions,
): Promise<void> {
  const content = options.client.streamBlob(image, layer, transferOptions(options));
  await write(path, options.destination, withoutRegistryErrors(content, registryFailure));
}

async function write(
  path: string,
  destination: FetchDestination,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const checked = checkPolicyFile(content);
  await (destination.kind === 'store' ? writeAtomically(path, checked) : writeUserFile(path, checked));
}

async function destinationPath(
  location: RegistryLocation | WebLocation,
  destination: FetchDestination,
): Promise<string> {
  if (destination.kind === 'store') return storePath(destination.root, location);
  const isFolder = await stat(destination.path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? join(destination.path, fileName(location)) : destination.path;
}

/** The tag `latest` moves, so what the store has says nothing; a digest does not. */
function isLatest(location: RegistryLocation | WebLocation): boolean {
  return (
    location.scheme === 'registry' && location.image.tag === 'latest' && location.image.digest === undefined
  );
}

/** The SHA-256 of a file; undefined if it is not there or cannot be read, so that it has to be fetched. */
function digestOf(path: string): Promise<string | undefined> {
  return hashFile(path).then(
    ({ sha256 }) => sha256,
    () => undefined,
  );
}

async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    throw new PolicyFetchError(registryFailure(cause.message), { cause });
  }
}

async function* withoutRegistryErrors(
  content: AsyncIterable<Uint8Array>,
  describe: (message: string) => string,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* content;
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    throw new PolicyFetchError(describe(cause.message), { cause });
  }
}

function registryFailure(message: string): string {
  return `Fail to interact with OCI registry: ${message}`;
}

function callOptions({ signal }: FetchPolicyOptions): CallOptions {
  return signal === undefined ? {} : { signal };
}

function transferOptions(options: FetchPolicyOptions): TransferOptions {
  const { onProgress } = options;
  return { ...callOptions(options), ...(onProgress !== undefined && { onProgress }) };
}
