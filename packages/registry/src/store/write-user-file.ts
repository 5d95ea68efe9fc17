import { createWriteStream, type Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { writeAtomically } from './write.ts';

/**
 * Writes a file that the user names, whole or not at all. Links are followed; into a device or a pipe
 * (`/dev/stdout`) the content is written, since replacing it would take it away from everybody.
 *
 * @throws PolicyStoreError, or the error of the device, when it cannot be written
 */
export async function writeUserFile(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const found: Stats | undefined = await stat(path).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return writeAtomically(path, content, 'given');
  if (found.isFile()) return writeAtomically(await realpath(path), content, 'given');
  await pipeline(content, createWriteStream(path));
}
