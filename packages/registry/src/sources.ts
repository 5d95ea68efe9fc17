import { readFile } from 'node:fs/promises';
import { SourcesError } from './errors.ts';
import type { Proxies } from './proxies.ts';

/** How hosts are reached: the content of `sources.yaml`, with all certificates read. */
export interface Sources {
  /** `host` or `host:port` whose TLS need not verify, and that may be reached by plain HTTP. */
  readonly insecureSources: ReadonlySet<string>;
  /** `host` or `host:port` to the PEM texts of the authorities it is trusted by, besides the usual ones. */
  readonly sourceAuthorities: ReadonlyMap<string, readonly string[]>;
  /** Takes precedence over the environment as a whole. */
  readonly proxies?: Proxies;
}

export const noSources: Sources = { insecureSources: new Set(), sourceAuthorities: new Map() };

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
