import type { Proxies } from '@kubewarden/registry';
import type { TrustRootSource } from '@kubewarden/signatures';
import type { SigstoreConfig } from '../config/config.ts';
import type { Logger } from '../logging/logger.ts';

/**
 * The trust root that the operator named, or else that of the public good instance of Sigstore. It is obtained when
 * it is first needed. One that is not to be had is reported, and is tried again when it is needed again.
 */
export function openTrustRoot(
  config: SigstoreConfig,
  proxies: () => Promise<Proxies>,
  logger: Logger,
): TrustRootSource {
  let source: Promise<TrustRootSource> | undefined;
  let reported: string | undefined;
  return async () => {
    source ??= openSource(config, proxies, logger);
    try {
      return await (
        await source.catch(forget)
      )();
    } catch (cause) {
      const error = (cause as Error).message;
      // Policies may ask again and again.
      if (error !== reported) logger.log('warn', cannotCreate, { error });
      reported = error;
      throw cause;
    }
  };

  function forget(cause: unknown): never {
    source = undefined;
    throw cause;
  }
}

const cannotCreate = 'Cannot create Sigstore trust root, verification relying on Rekor and Fulcio will fail';

async function openSource(
  { cacheDirectory, trustConfigFile: file }: SigstoreConfig,
  proxies: () => Promise<Proxies>,
  logger: Logger,
): Promise<TrustRootSource> {
  const { publicGoodTrustRoot, trustConfigFile } = await import('@kubewarden/signatures');
  if (file !== undefined) return trustConfigFile(file, 'trust config file');
  logger.log('info', 'Fetching sigstore data from remote TUF repository');
  return publicGoodTrustRoot({
    cacheDirectory,
    proxies: await proxies(),
    warn: (message) => logger.log('warn', message),
  });
}
