import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PolicyStoreError } from '../errors.ts';
import { inFolderOf } from './create-folder.ts';
import { createPartialName, removeAbandoned } from './partial-files.ts';

/** Small pieces are gathered up to this size: every write costs a switch to another thread. */
const writeBytes = 256 * 1024;

/**
 * Writes a file so that others see it whole or not at all: to a temporary name in the same folder, synced, then
 * renamed. When `content` fails, so does this, with the same error, and nothing is left.
 *
 * @param content - all bytes, or pieces that do not change after they were given
 * @param folder - whether the folder is made if it is not there. Default: made
 * @throws PolicyStoreError when it cannot be written
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  folder: 'made' | 'given' = 'made',
): Promise<void> {
  const temporary = join(dirname(path), createPartialName());
  const create = (): Promise<FileHandle> => open(temporary, 'wx', 0o644);
  const file = await saving(path, () => (folder === 'made' ? inFolderOf(temporary, create) : create()));
  try {
    try {
      await writeAll(file, path, content instanceof Uint8Array ? [content] : content);
      await saving(path, () => file.sync());
    } finally {
      await saving(path, () => file.close());
    }
    await saving(path, () => rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  if (folder === 'made') await removeAbandoned(dirname(path));
}

async function writeAll(
  file: FileHandle,
  path: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  let pieces: Uint8Array[] = [];
  let gathered = 0;
  const flush = async (): Promise<void> => {
    await saving(path, () =>
      file.writeFile(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, gathered)),
    );
    pieces = [];
    gathered = 0;
  };
  for await (const piece of content) {
    pieces.push(piece);
    gathered += piece.byteLength;
    if (gathered >= writeBytes) await flush();
  }
  if (gathered > 0) await flush();
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
