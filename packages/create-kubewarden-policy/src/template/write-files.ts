import { mkdir, mkdtemp, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CreatePolicyError } from '../errors.ts';
import type { TemplateFile } from './read-template.ts';

/** What may be in a folder that counts as empty: a repository that was just made. */
const harmless = new Set(['.git']);

/**
 * Writes all files into a new or empty folder, or none of them: they are put together in a folder beside their
 * place, and moved.
 *
 * @throws CreatePolicyError if the folder is not empty, or cannot be written to
 */
export async function writeFiles(folder: string, files: readonly TemplateFile[]): Promise<void> {
  try {
    if (await isFolder(folder)) await fillFolder(folder, files);
    else await makeFolder(folder, files);
  } catch (error) {
    if (error instanceof CreatePolicyError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CreatePolicyError(
      `cannot create ${folder}: ${code === 'EACCES' ? 'permission denied' : message}`,
      {
        cause: error,
      },
    );
  }
}

async function isFolder(folder: string): Promise<boolean> {
  let entry;
  try {
    entry = await stat(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  if (!entry.isDirectory()) {
    throw new CreatePolicyError(`${folder} exists and is no folder; choose another one with --directory`);
  }
  return true;
}

async function makeFolder(folder: string, files: readonly TemplateFile[]): Promise<void> {
  const parent = dirname(folder);
  const made = await mkdir(parent, { recursive: true });
  const staging = await mkdtemp(join(parent, `.${basename(folder)}-`));
  try {
    // One level deeper, since a temporary folder is closed to everybody else.
    const policy = join(staging, basename(folder));
    await writeAll(policy, files);
    await rename(policy, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (made !== undefined) await removeEmptyFolders(parent, made);
    throw error;
  }
  await rm(staging, { recursive: true });
}

/** Removes a folder and those above it up to `last`, as long as nobody has put anything there. */
async function removeEmptyFolders(folder: string, last: string): Promise<void> {
  const removed = await rmdir(folder).then(
    () => true,
    () => false,
  );
  if (removed && folder !== last) await removeEmptyFolders(dirname(folder), last);
}

async function fillFolder(folder: string, files: readonly TemplateFile[]): Promise<void> {
  const present = (await readdir(folder)).filter((name) => !harmless.has(name)).toSorted();
  if (present.length > 0) {
    const more = present.length > 1 ? ` and ${present.length - 1} more` : '';
    throw new CreatePolicyError(
      `${folder} is not empty: it has ${present[0]}${more}; choose another folder with --directory, or move what is there`,
    );
  }
  const staging = await mkdtemp(join(folder, '.create-'));
  const moved: string[] = [];
  try {
    await writeAll(staging, files);
    for (const name of await readdir(staging)) {
      await rename(join(staging, name), join(folder, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of [...moved, basename(staging)]) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
    throw error;
  }
  await rm(staging, { recursive: true });
}

async function writeAll(folder: string, files: readonly TemplateFile[]): Promise<void> {
  for (const { path, text } of files) {
    const at = join(folder, ...path.split('/'));
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, text, { flag: 'wx', mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
}
