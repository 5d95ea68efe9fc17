import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

const maximumAttempts = 10;

/**
 * Does what needs the folder of a file, with the folder there. Another process that removes a policy may take
 * away an empty folder between its creation and its use, so both are repeated.
 */
export async function inFolderOf<T>(path: string, use: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await mkdir(dirname(path), { recursive: true });
      return await use();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === maximumAttempts) throw error;
    }
  }
}
