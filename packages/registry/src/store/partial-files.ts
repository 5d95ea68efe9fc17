import { randomUUID } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const partialName = /^\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.partial$/;

/** Nobody writes to a file for so long: whoever began it is gone. */
const abandonedAfterMilliseconds = 60 * 60 * 1000;

/** A name for what is not yet complete, in the folder of what it will be. */
export function createPartialName(): string {
  return `.${randomUUID()}.partial`;
}

/** Whether this is the name of something incomplete, which is no policy. */
export function isPartialName(name: string): boolean {
  return partialName.test(name);
}

/** Removes what processes that were killed left in a folder: files and folders with such names. Never fails. */
export async function removeAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter(isPartialName)) {
    const path = join(folder, name);
    const { mtimeMs } = await lstat(path).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs < abandonedAfterMilliseconds) continue;
    await rm(path, { force: true, recursive: true }).catch(() => undefined);
  }
}
