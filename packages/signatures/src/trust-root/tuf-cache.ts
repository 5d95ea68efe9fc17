import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeAtomically } from '@kubewarden/registry';

const target = 'trusted_root.json';
/** Timestamp last: it is what says that the others are up to date. */
const files = ['root.json', 'snapshot.json', 'targets.json', `targets/${target}`, 'timestamp.json'];
const maximumFileBytes = 5_000_000;

/** A copy of the cache that one update has for itself; tuf-js writes in place, which no reader must see. */
export interface WorkingCopy {
  readonly directory: string;
  readonly targetDirectory: string;
  /** Puts what has changed in the cache, each file at once or not at all. */
  publish(): Promise<void>;
}

/** Where the cache for one repository lies below the user's cache directory, as the Sigstore clients name it. */
export function cacheFolder(cacheDirectory: string, mirrorUrl: string): string {
  const { host, pathname } = new URL(mirrorUrl);
  return join(cacheDirectory, encodeURIComponent(host + pathname.replace(/\/$/, '')));
}

/** Milliseconds since the cache was last brought up to date; infinite where there is none. */
export async function cacheAge(folder: string): Promise<number> {
  try {
    const { mtimeMs } = await stat(join(folder, 'timestamp.json'));
    const age = Date.now() - mtimeMs;
    return age < 0 ? Infinity : age;
  } catch {
    return Infinity;
  }
}

/** Copies what can be read of the cache to a folder of its own, works there, and removes it. */
export async function withWorkingCopy<T>(
  folder: string,
  work: (copy: WorkingCopy) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'kubewarden-tuf-'));
  try {
    const targetDirectory = join(directory, 'targets');
    await mkdir(targetDirectory);
    for (const file of files) {
      const bytes = await readCached(join(folder, file));
      if (bytes !== undefined) await writeFile(join(directory, file), bytes);
    }
    return await work({ directory, targetDirectory, publish: () => publish(directory, folder) });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function publish(directory: string, folder: string): Promise<void> {
  for (const file of files) {
    const bytes = await readCached(join(directory, file));
    if (bytes === undefined) continue;
    const path = join(folder, file);
    if ((await readCached(path))?.equals(bytes)) continue;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeAtomically(path, bytes);
  }
  const now = new Date();
  await utimes(join(folder, 'timestamp.json'), now, now);
}

async function readCached(path: string): Promise<Buffer | undefined> {
  try {
    const { size } = await stat(path);
    return size > maximumFileBytes ? undefined : await readFile(path);
  } catch {
    return undefined;
  }
}
