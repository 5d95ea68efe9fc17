import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sources } from '@kubewarden/registry';
import type { ParsedOptions } from '../command-line/parsed-options.ts';
import { configDirectory } from './directories.ts';

/**
 * The sources file that the user names, or the default one if it is there.
 *
 * @throws SourcesError naming file and field
 */
export async function readSourcesFor(
  options: ParsedOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Sources | undefined> {
  const given = options.value('sources-path');
  if (given !== undefined) return read(given);
  const path = join(configDirectory(environment), 'sources.yaml');
  const present = await stat(path).then(
    () => true,
    () => false,
  );
  return present ? read(path) : undefined;
}

async function read(path: string): Promise<Sources> {
  const { readSources } = await import('@kubewarden/registry');
  return readSources(path);
}
