import { mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

const maximumAttempts = 10;

/** Codes of failures that come of a folder that has just been taken away, be it before or after it was looked for. */
const vanished: ReadonlySet<string | undefined> = new Set(['ENOENT', 'EEXIST']);

/**
 * Does what needs the folder of a file, with the folder there. Another process that removes a policy may take
 * away an empty folder between its creation and its use, so both are repeated.
 *
 * @returns what `use` returns, and the topmost folder that had to be made
 */
export async function inFolderOf<T>(
  path: string,
  use: () => Promise<T>,
): Promise<{ readonly value: T; readonly made: string | undefined }> {
  let made: string | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      made = (await makeFolder(dirname(path))) ?? made;
      return { value: await use(), made };
    } catch (error) {
      if (vanished.has((error as NodeJS.ErrnoException).code) && attempt < maximumAttempts) continue;
      await removeMadeFolders(path, made);
      throw error;
    }
  }
}

/**
 * Makes a folder and those above it. Node's own way to do so never ends where a file system says of a folder that
 * is there that it is not, as `/proc` does.
 *
 * @returns the topmost folder that had to be made
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const made = await tryToMake(folder);
    if (made !== 'no parent') {
      const below = missing.toReversed();
      for (const child of below) await tryToMake(child, 'all');
      return made ? folder : below[0];
    }
    missing.push(folder);
  }
}

/** Whether the folder was made, rather than there already. */
async function tryToMake(
  folder: string,
  parents: 'all' | 'unknown' = 'unknown',
): Promise<boolean | 'no parent'> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && parents === 'unknown' && dirname(folder) !== folder) return 'no parent';
    const isThere =
      code !== 'ENOENT' &&
      (await stat(folder).then(
        (found) => found.isDirectory(),
        () => false,
      ));
    if (isThere) return false;
    throw error;
  }
}

/** Removes the folders of a file that were made for it, unless something else has got into them. */
export async function removeMadeFolders(path: string, made: string | undefined): Promise<void> {
  if (made === undefined) return;
  for (const folder of foldersUpTo(path, made)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}

/** The folders above a file, from the innermost to this one. */
export function* foldersUpTo(path: string, topmost: string): Generator<string> {
  const top = resolve(topmost);
  for (let folder = resolve(dirname(path)); folder.startsWith(top); folder = dirname(folder)) yield folder;
}
