import type { RegistryClient } from '@kubewarden/registry';
import { defaultStoreRoot, type Proxies, proxiesFromEnvironment } from '@kubewarden/registry/reference';
import type { Verifier } from '@kubewarden/signatures';
import type { Invocation } from '../command-line/model.ts';
import { openTrustRoot } from './trust-root.ts';
import { readSourcesFor } from '../policy/sources.ts';

/**
 * What a command needs to reach registries, the store and the keys of Sigstore. Made of the flags of the command,
 * each part when it is first asked for: a policy that is on this machine costs none of them.
 */
export interface Session {
  readonly storeRoot: string;
  readonly proxies: Proxies;
  readonly client: () => Promise<RegistryClient>;
  readonly verifier: () => Promise<Verifier>;
  readonly close: () => Promise<void>;
}

export interface SessionOptions {
  /** Whether signatures that were verified are kept in the store, for times without network. Default: yes. */
  readonly keepsSignatures?: boolean;
}

/** Carries out work that may reach registries, and closes what was opened for it. */
export async function withSession<T>(
  invocation: Invocation,
  work: (session: Session) => Promise<T>,
  options: SessionOptions = {},
): Promise<T> {
  const session = await openSession(invocation, options);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/**
 * @returns what the owner has to close
 * @throws SourcesError naming the sources file and the field that is wrong
 */
export async function openSession(
  { options, terminal, log }: Invocation,
  { keepsSignatures = true }: SessionOptions = {},
): Promise<Session> {
  const { environment } = terminal;
  const sources = await readSourcesFor(options, environment);
  const storeRoot = defaultStoreRoot(environment);
  const proxies = sources?.proxies ?? proxiesFromEnvironment(environment);
  const warn = (message: string): void => log('warn', 'kwctl::distribution', message);
  let opened: Promise<RegistryClient> | undefined;
  const client = (): Promise<RegistryClient> => (opened ??= openClient());

  async function openClient(): Promise<RegistryClient> {
    const { createRegistryClient, dockerCredentials } = await import('@kubewarden/registry');
    const path = options.value('docker-config-json-path') ?? environment['DOCKER_CONFIG'];
    return createRegistryClient({
      ...(sources === undefined ? {} : { sources }),
      proxies,
      credentials: dockerCredentials({ ...(path ? { path } : {}), environment, warn }),
      warn,
    });
  }

  let verifier: Promise<Verifier> | undefined;
  async function openVerifier(): Promise<Verifier> {
    const { createSignatureRecords, createVerifier } = await import('@kubewarden/signatures');
    const records = createSignatureRecords(storeRoot);
    return createVerifier({
      client: await client(),
      trustRoot: await openTrustRoot(options.value('sigstore-trust-config'), environment, proxies, warn),
      records: keepsSignatures ? records : { ...records, save: async () => {} },
    });
  }

  return {
    storeRoot,
    proxies,
    client,
    verifier: () => (verifier ??= openVerifier()),
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}
