import type { Proxies, RegistryClient } from '@kubewarden/registry';
import type { TrustRootSource, Verifier } from '@kubewarden/signatures';
import type { Config } from '../config/config.ts';
import type { Logger } from '../logging/logger.ts';
import { openTrustRoot } from './trust-root.ts';

/** Registries, and whom to trust to sign what they hold; each part is loaded when it is first asked for. */
export interface Distribution {
  readonly client: () => Promise<RegistryClient>;
  /** For the images that policies ask about. */
  readonly imageVerifier: () => Promise<Verifier>;
  /** For the policies themselves: keeps who signed them, so that a server starts without their registry. */
  readonly policyVerifier: () => Promise<Verifier>;
  /** Reads the operator's trust root, if there is one, so that what is wrong with it is in the log. */
  checkTrustRoot(): Promise<void>;
  close(): Promise<void>;
}

export type DistributionConfig = Pick<Config, 'sources' | 'dockerConfigPath' | 'sigstore' | 'downloadDir'>;

/** @param environment names proxies and the place of registry credentials */
export function openDistribution(
  config: DistributionConfig,
  logger: Logger,
  environment: NodeJS.ProcessEnv,
): Distribution {
  const proxies = async (): Promise<Proxies> => {
    const { proxiesFromEnvironment } = await import('@kubewarden/registry');
    return config.sources?.proxies ?? proxiesFromEnvironment(environment);
  };
  let opened: Promise<RegistryClient> | undefined;
  const client = (): Promise<RegistryClient> => (opened ??= openClient(config, logger, environment));
  const trustRoot = openTrustRoot(config.sigstore, proxies, logger);
  let images: Promise<Verifier> | undefined;
  let policies: Promise<Verifier> | undefined;
  return {
    client,
    imageVerifier: () => (images ??= openVerifier(client, trustRoot)),
    policyVerifier: () => (policies ??= openVerifier(client, trustRoot, config.downloadDir)),
    checkTrustRoot: async () => {
      // Whoever needs it fails and says why; this server may need none.
      if (config.sigstore.trustConfigFile !== undefined) await trustRoot().catch(() => undefined);
    },
    close: async () => {
      await opened?.then(
        (open) => open.close(),
        () => undefined,
      );
    },
  };
}

async function openClient(
  { sources, dockerConfigPath }: DistributionConfig,
  logger: Logger,
  environment: NodeJS.ProcessEnv,
): Promise<RegistryClient> {
  const { createRegistryClient, dockerCredentials, proxiesFromEnvironment } =
    await import('@kubewarden/registry');
  const warn = (message: string): void => logger.log('warn', message);
  const credentials = dockerCredentials({
    ...(dockerConfigPath !== undefined && { path: dockerConfigPath }),
    environment,
    warn,
  });
  return createRegistryClient({
    ...(sources !== undefined && { sources }),
    proxies: proxiesFromEnvironment(environment),
    credentials,
    warn,
  });
}

/** @param recordsRoot folder for who signed what; without, only what the registry says now counts */
async function openVerifier(
  client: () => Promise<RegistryClient>,
  trustRoot: TrustRootSource,
  recordsRoot?: string,
): Promise<Verifier> {
  const { createSignatureRecords, createVerifier } = await import('@kubewarden/signatures');
  return createVerifier({
    client: await client(),
    trustRoot,
    ...(recordsRoot !== undefined && { records: createSignatureRecords(recordsRoot) }),
  });
}
