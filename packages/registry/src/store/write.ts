import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PolicyStoreError } from '../errors.ts';
import { inFolderOf, removeMadeFolders } from './create-folder.ts';
import { forgetIncomplete, noteIncomplete } from './incomplete-files.ts';
import { createPartialName, removeAbandoned } from './partial-files.ts';

/**
 * Writes a file so that others see it whole or not at all: to a temporary name in the same folder, synced, then
 * renamed. When `content` fails, so does this, with the same error, and nothing is left; nor is it when the process
 * exits.
 *
 * @param content - all bytes, or pieces of them
 * @param folder - whether the folder is made if it is not there. Default: made
 * @throws PolicyStoreError when it cannot be written
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  folder: 'made' | 'given' = 'made',
): Promise<void> {
  const temporary = join(dirname(path), createPartialName());
  const incomplete = noteIncomplete(temporary);
  try {
    const create = (): Promise<FileHandle> => open(temporary, 'wx', 0o644);
    const { value: file, made } = await saving(path, async () =>
      folder === 'made' ? inFolderOf(temporary, create) : { value: await create(), made: undefined },
    );
    incomplete.made = made;
    await fill(file, path, temporary, content);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    await removeMadeFolders(temporary, incomplete.made);
    throw error;
  } finally {
    forgetIncomplete(incomplete);
  }
  if (folder === 'made') await removeAbandoned(dirname(path));
}

async function fill(
  file: FileHandle,
  path: string,
  temporary: string,
  content: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  try {
    const pieces = content instanceof Uint8Array ? [content] : content;
    for await (const piece of pieces) await saving(path, () => file.writeFile(piece));
    await saving(path, () => file.sync());
  } finally {
    await saving(path, () => file.close());
  }
  await saving(path, () => rename(temporary, path));
}

async function saving<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw new PolicyStoreError(`wasm module cannot be saved to "${path}": ${(cause as Error).message}`, {
      cause,
    });
  }
}
