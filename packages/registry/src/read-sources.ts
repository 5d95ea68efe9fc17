import { readFile } from 'node:fs/promises';
import { SourcesError } from './errors.ts';
import type { Sources } from './sources.ts';

/**
 * Reads a `sources.yaml` and the certificate files that it names.
 *
 * @throws SourcesError naming the file, and the field where there is one
 */
export async function readSources(path: string): Promise<Sources> {
  // Loaded only when there is such a file: the schema library takes a while.
  const { decodeSources } = await import('./sources-file.ts');
  try {
    return await decodeSources(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new SourcesError(`error while loading sources from ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
}
