import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The folder of `sources.yaml` and `verification-config.yml` (kwctl.md 3.1). */
export function configDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === 'darwin') return join(homedir(), 'Library/Application Support/io.kubewarden.kubewarden');
  if (platform === 'win32') {
    return join(environment['APPDATA'] ?? join(homedir(), 'AppData/Roaming'), 'kubewarden/config');
  }
  const config = environment['XDG_CONFIG_HOME'];
  // A relative path is to be ignored, says the XDG specification.
  const base = config && isAbsolute(config) ? config : join(environment['HOME'] ?? homedir(), '.config');
  return join(base, 'kubewarden');
}
