import { readFile, stat } from 'node:fs/promises';
import { compilePolicyModule, type PolicyModule } from '@kubewarden/evaluator';
import {
  defaultMetadata,
  protocolVersionProblem,
  readMetadata,
  serverVersionProblem,
} from '@kubewarden/policy';
import {
  createRegistryClient,
  fetchPolicy,
  maximumPolicyBytes,
  parsePolicyLocation,
  type RegistryClient,
} from '@kubewarden/registry';
import type { Config } from '../config/config.ts';
import type { GroupDefinition, PolicyDefinition, PolicyDefinitions } from '../config/policies-file.ts';
import type { Logger } from '../logging/logger.ts';
import { BootstrapError } from './errors.ts';
import { mapConcurrently } from './concurrency.ts';

/** A module that is ready to be evaluated, or why it is not. */
export type ModuleResult =
  | { readonly kind: 'loaded'; readonly module: PolicyModule }
  | { readonly kind: 'failed'; readonly message: string };

const concurrentLoads = 8;

/**
 * Fetches and compiles the modules of all policies, each location once.
 *
 * @returns the result for each location as it is written in the policies file
 */
export async function loadModules(
  config: Pick<Config, 'policies' | 'downloadDir' | 'sources' | 'verifyPolicies'>,
  logger: Logger,
): Promise<ReadonlyMap<string, ModuleResult>> {
  const uses = firstUses(config.policies);
  logger.log('info', 'policies download', {
    download_dir: config.downloadDir,
    policies_count: uses.length,
    status: 'init',
  });
  const client = createRegistryClient({ sources: config.sources });
  try {
    const results = await mapConcurrently(uses, concurrentLoads, async ([location, name]) =>
      attempt(() => loadModule(location, name, { ...config, client }, logger)),
    );
    return new Map(uses.map(([location], index) => [location, results[index]!]));
  } finally {
    await client.close();
  }
}

async function attempt(load: () => Promise<PolicyModule>): Promise<ModuleResult> {
  try {
    return { kind: 'loaded', module: await load() };
  } catch (error) {
    return { kind: 'failed', message: (error as Error).message };
  }
}

/** Each location with the name of the first policy that uses it. */
function firstUses(policies: PolicyDefinitions): (readonly [location: string, name: string])[] {
  const uses = new Map<string, string>();
  for (const [location, name] of policies.flatMap(usesOf)) {
    if (!uses.has(location)) uses.set(location, name);
  }
  return [...uses];
}

function usesOf(definition: PolicyDefinition | GroupDefinition): (readonly [string, string])[] {
  if (definition.kind === 'policy') return [[definition.module, definition.name]];
  return definition.members.map(({ module, name }) => [module, `${definition.name}/#${name}`]);
}

async function loadModule(
  location: string,
  name: string,
  config: Pick<Config, 'downloadDir' | 'verifyPolicies'> & { readonly client: RegistryClient },
  logger: Logger,
): Promise<PolicyModule> {
  if (config.verifyPolicies) refuseUnverified(location, name, logger);
  const { path, bytes } = await fetchModule(location, name, config, logger);
  try {
    const { module, mutating } = await compileModule(bytes);
    logger.log('info', 'policy download', { name, path, sha256sum: module.digest, mutating });
    return module;
  } catch (error) {
    // The error itself, which may end the program, does not tell the policy.
    logger.log('error', 'policy cannot be loaded', { policy: name, path, error: (error as Error).message });
    throw error;
  }
}

async function fetchModule(
  location: string,
  name: string,
  { downloadDir, client }: Pick<Config, 'downloadDir'> & { readonly client: RegistryClient },
  logger: Logger,
): Promise<{ readonly path: string; readonly bytes: Uint8Array }> {
  try {
    const destination = { kind: 'store', root: downloadDir } as const;
    const { path } = await fetchPolicy(parsePolicyLocation(location), { client, destination });
    return { path, bytes: await readModule(path) };
  } catch (cause) {
    const message = (cause as Error).message;
    logger.log('error', 'policy download failed', { policy: name, error: message });
    throw new BootstrapError(`Error while downloading policy '${name}' from ${location}: ${message}`, {
      cause,
    });
  }
}

/** Devices and pipes may go on for ever, and a local file has no more right to memory than a download. */
async function readModule(path: string): Promise<Uint8Array> {
  const file = await stat(path);
  if (!file.isFile()) throw new Error(`${path} is no regular file`);
  if (file.size > maximumPolicyBytes) {
    throw new Error(`${path} has ${file.size} bytes, at most ${maximumPolicyBytes} are allowed`);
  }
  return readFile(path);
}

async function compileModule(bytes: Uint8Array): Promise<{ module: PolicyModule; mutating: boolean }> {
  const metadata = readMetadata(bytes) ?? defaultMetadata;
  const problem = serverVersionProblem(metadata) ?? protocolVersionProblem(metadata);
  if (problem !== undefined) throw new BootstrapError(problem);
  const module = await compilePolicyModule(bytes, { executionMode: metadata.executionMode });
  return { module, mutating: metadata.mutating };
}

/** Signatures live in registries; nothing else can be verified, and this build verifies none. */
function refuseUnverified(location: string, name: string, logger: Logger): never {
  const { scheme } = parsePolicyLocation(location);
  const reason =
    scheme === 'registry'
      ? 'this build does not verify signatures, and a verification config is set'
      : `Verification only works with OCI images: Not a valid oci image: ${location}`;
  logger.log('error', 'policy cannot be verified', { policy: name, error: reason });
  throw new BootstrapError(`Policy '${name}' cannot be verified: ${reason}`);
}
