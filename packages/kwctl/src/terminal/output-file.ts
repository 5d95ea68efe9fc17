import { writeFile } from 'node:fs/promises';
import { CliError, fileProblem } from './cli-error.ts';

/**
 * Writes what the user asked to have in a file. Whatever is there is written to, not replaced: it may be a device,
 * a pipe or a link (`-o /dev/stdout`).
 *
 * @throws CliError naming the file
 */
export async function writeOutputFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (cause) {
    throw new CliError(`cannot create file ${path}: ${fileProblem(cause)}`);
  }
}
