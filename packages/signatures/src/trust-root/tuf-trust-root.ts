import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Proxies } from '@kubewarden/registry';
import type { TrustedRoot } from '@sigstore/protobuf-specs';
import { type Fetcher, Updater } from 'tuf-js';
import { TrustRootError } from '../errors.ts';
import { readTrustedRoot } from './read-trusted-root.ts';
import type { LoadedTrustRoot } from './refreshed-source.ts';
import { cacheAge, cacheFolder, withWorkingCopy, type WorkingCopy } from './tuf-cache.ts';
import { OfflineFetcher, TufFetcher } from './tuf-fetcher.ts';

/** What a build has of a TUF repository before it has talked to it. */
export interface TufSeed {
  /** `root.json`, from which trust starts. */
  readonly root: Uint8Array;
  /** `trusted_root.json` of the time of the build. */
  readonly trustedRoot: Uint8Array;
}

export interface TufTrustRootOptions {
  readonly mirrorUrl: string;
  readonly seed: TufSeed;
  readonly cacheDirectory: string;
  readonly proxies: Proxies;
  readonly warn: (message: string) => void;
  /** For all that is downloaded together, in milliseconds. */
  readonly timeout: number;
}

const targetName = 'trusted_root.json';
/** So long a cache is used without asking whether there is anything newer, in milliseconds. */
const freshFor = 24 * 60 * 60 * 1000;

/**
 * The `trusted_root.json` of a TUF repository (The Update Framework 1.0, client workflow): the cached one if it was
 * brought up to date within a day; else as the repository has it now; else the cached one while its metadata have
 * not expired; else the one of the seed. `warn` hears why it is not the current one.
 *
 * @throws TrustRootError if not even the seed can be used
 */
export async function tufTrustRoot(options: TufTrustRootOptions): Promise<LoadedTrustRoot> {
  const folder = cacheFolder(options.cacheDirectory, options.mirrorUrl);
  if ((await cacheAge(folder)) < freshFor) {
    const cached = await readCache(options, folder).catch(() => undefined);
    if (cached !== undefined) return { root: cached, current: true };
  }
  let reason: string;
  try {
    return { root: await update(options, folder), current: true };
  } catch (error) {
    reason = `cannot update the Sigstore trust root from ${options.mirrorUrl}: ${explain(error)}`;
  }
  const cached = await readCache(options, folder).catch(() => undefined);
  if (cached !== undefined) {
    options.warn(`${reason}; the one in ${folder} is used`);
    return { root: cached, current: false };
  }
  options.warn(`${reason}; the one that this program was built with is used`);
  return { root: decode(options.seed.trustedRoot), current: false };
}

async function readCache(options: TufTrustRootOptions, folder: string): Promise<TrustedRoot> {
  return withWorkingCopy(folder, (copy) => readTarget(options, copy, new OfflineFetcher(), true));
}

async function update(options: TufTrustRootOptions, folder: string): Promise<TrustedRoot> {
  const fetcher = new TufFetcher(options.proxies, AbortSignal.timeout(options.timeout));
  try {
    return await withWorkingCopy(folder, async (copy) => {
      const root = await readTarget(options, copy, fetcher, false);
      await copy.publish().catch((error: unknown) => {
        options.warn(`cannot keep the Sigstore trust root in ${folder}: ${explain(error)}`);
      });
      return root;
    });
  } finally {
    await fetcher.close();
  }
}

async function readTarget(
  options: TufTrustRootOptions,
  copy: WorkingCopy,
  fetcher: Fetcher,
  cacheOnly: boolean,
): Promise<TrustedRoot> {
  const updater = await createUpdater(options, copy, fetcher, cacheOnly);
  const target = await updater.getTargetInfo(targetName);
  if (target === undefined) throw new TrustRootError(`the repository has no ${targetName}`);
  const path = (await updater.findCachedTarget(target)) ?? (await updater.downloadTarget(target));
  return decode(await readFile(path));
}

async function createUpdater(
  { mirrorUrl, seed }: TufTrustRootOptions,
  copy: WorkingCopy,
  fetcher: Fetcher,
  forceCache: boolean,
): Promise<Updater> {
  const create = (): Updater =>
    new Updater({
      metadataDir: copy.directory,
      metadataBaseUrl: mirrorUrl,
      targetDir: copy.targetDirectory,
      targetBaseUrl: `${mirrorUrl}/targets`,
      fetcher,
      forceCache,
    });
  try {
    return create();
  } catch {
    // No root yet, or a broken one: start from the seed.
    await writeFile(join(copy.directory, 'root.json'), seed.root);
    return create();
  }
}

function decode(bytes: Uint8Array): TrustedRoot {
  return readTrustedRoot(JSON.parse(Buffer.from(bytes).toString()), { unknownLogs: 'skip' });
}

/** The innermost message that says something. */
function explain(error: unknown): string {
  const { message, cause } = error as Error;
  return message === '' && cause !== undefined ? explain(cause) : message;
}
