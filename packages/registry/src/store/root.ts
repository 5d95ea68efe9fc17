import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

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
  // A relative path is to be ignored, says the XDG specification.
  return join(cache && isAbsolute(cache) ? cache : join(homedir(), '.cache'), 'kubewarden/store');
}
