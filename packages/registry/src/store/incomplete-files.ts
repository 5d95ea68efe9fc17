import { rmdirSync, rmSync } from 'node:fs';
import { foldersUpTo } from './create-folder.ts';

/** A file or folder that is being written, under a temporary name. */
export interface IncompleteFile {
  readonly path: string;
  /** The topmost folder that was made for it. */
  made: string | undefined;
}

const incomplete = new Set<IncompleteFile>();

/**
 * Notes a file or folder before it is made. Should the process exit while it is noted (`process.exit`, which is how
 * programs answer signals), it is removed, and the folders that were made for it as well.
 */
export function noteIncomplete(path: string): IncompleteFile {
  const file: IncompleteFile = { path, made: undefined };
  if (incomplete.size === 0) process.on('exit', removeIncomplete);
  incomplete.add(file);
  return file;
}

/** Whoever made the file has given it its place, or removed it. */
export function forgetIncomplete(file: IncompleteFile): void {
  incomplete.delete(file);
  if (incomplete.size === 0) process.off('exit', removeIncomplete);
}

/** Nothing can be waited for any more. */
function removeIncomplete(): void {
  for (const { path, made } of incomplete) {
    try {
      rmSync(path, { recursive: true, force: true });
      if (made !== undefined) for (const folder of foldersUpTo(path, made)) rmdirSync(folder);
    } catch {
      // Something else has got into the folder, or it is out of reach: nobody is left to be told.
    }
  }
}
