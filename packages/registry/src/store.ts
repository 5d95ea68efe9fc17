import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { PolicyLocationError, PolicyStoreError } from './errors.ts';
import type { RegistryLocation, WebLocation } from './location.ts';

/** The store that `kwctl` uses: `$XDG_CACHE_HOME/kubewarden/store` and its likes on other systems. */
export function defaultStoreRoot(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === 'darwin') return join(homedir(), 'Library/Caches/io.kubewarden.kubewarden/store');
  if (platform === 'win32') {
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData/Local'), 'kubewarden/cache/store');
  }
  const cache = environment['XDG_CACHE_HOME'];
  return join(cache && isAbsolute(cache) ? cache : join(homedir(), '.cache'), 'kubewarden/store');
}

/**
 * Where the store keeps a module: `<root>/<scheme>/<host[:port]>/<path>`, tag or digest being part of the file
 * name. The query of a URL is, too, since it may choose another module.
 *
 * @throws PolicyLocationError when the URL's path names no file
 */
export function storePath(root: string, location: WebLocation | RegistryLocation): string {
  if (location.scheme === 'registry') {
    return join(root, 'registry', location.authority, ...location.reference.split('/'));
  }
  const segments = location.url.pathname.split('/').filter((segment) => segment !== '');
  const name = segments.pop();
  if (name === undefined || location.url.pathname.endsWith('/')) {
    throw new PolicyLocationError(`cannot retrieve path from uri: ${location.uri}`);
  }
  // A slash in the query must not become a folder, nor `..` a way out.
  const query = location.url.search.replaceAll('/', '%2F');
  return join(root, location.scheme, location.authority, ...segments, name + query);
}

/**
 * Writes a file so that others see it whole or not at all: to a temporary name in the same folder, synced, then
 * renamed.
 *
 * @throws PolicyStoreError
 */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.partial`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new PolicyStoreError(`wasm module cannot be saved to "${path}": ${(cause as Error).message}`, {
      cause,
    });
  }
}
