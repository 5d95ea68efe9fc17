import { join } from 'node:path';
import type { Proxies } from '@kubewarden/registry';
import type { TrustRootSource } from '@kubewarden/signatures';
import { configDirectory } from '../policy/directories.ts';

/**
 * Who may vouch for identities: what the user's file says, else Sigstore's public instance. The latter is asked for
 * when there is something to be judged, and no earlier.
 *
 * @param path of a ClientTrustConfig
 * @throws TrustRootError if the user's file cannot be used
 */
export async function openTrustRoot(
  path: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  proxies: Proxies,
  warn: (message: string) => void,
): Promise<TrustRootSource> {
  const { publicGoodTrustRoot, trustConfigFile } = await import('@kubewarden/signatures');
  if (path !== undefined) return trustConfigFile(path, 'PKI file');
  const cacheDirectory = join(configDirectory(environment), 'fulcio_and_rekor_data');
  const source = publicGoodTrustRoot({ cacheDirectory, proxies, warn });
  return async () => {
    try {
      return await source();
    } catch (error) {
      warn('Cannot create Sigstore trust root, verification relying on Rekor and Fulcio will fail');
      throw error;
    }
  };
}
