import { createReadStream, createWriteStream, type Stats } from 'node:fs';
import { mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PolicyStoreError } from '../errors.ts';
import { forgetIncomplete, noteIncomplete } from './incomplete-files.ts';
import { writeAtomically } from './write.ts';

/**
 * Writes a file that the user names, whole or not at all. Links are followed; into a device or a pipe
 * (`/dev/stdout`) the content is written, since replacing it would take it away from everybody.
 *
 * @throws PolicyStoreError when it cannot be written
 */
export async function writeUserFile(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const found: Stats | undefined = await stat(path).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return writeAtomically(path, content, 'given');
  if (found.isFile()) return writeAtomically(await realpath(path), content, 'given');
  await writeToDevice(path, content);
}

/** What a device has been given cannot be taken back, so the content is first got to its end. */
async function writeToDevice(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kubewarden-'));
  const incomplete = noteIncomplete(folder);
  try {
    const whole = join(folder, 'content');
    await writeAtomically(whole, content);
    await pipeline(createReadStream(whole), createWriteStream(path)).catch((cause: unknown) => {
      throw new PolicyStoreError(`wasm module cannot be saved to "${path}": ${(cause as Error).message}`, {
        cause,
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
    forgetIncomplete(incomplete);
  }
}
