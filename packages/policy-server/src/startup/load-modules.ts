import { compilePolicyModule, type PolicyModule } from '@kubewarden/evaluator';
import {
  defaultMetadata,
  protocolVersionProblem,
  readMetadata,
  serverVersionProblem,
} from '@kubewarden/policy';
import { parsePolicyLocation } from '@kubewarden/registry/reference';
import type { Config } from '../config/config.ts';
import {
  type GroupDefinition,
  memberDisplayName,
  type PolicyDefinition,
  type PolicyDefinitions,
} from '../config/policies-file.ts';
import type { Distribution } from '../distribution/distribution.ts';
import type { Logger } from '../logging/logger.ts';
import { BootstrapError } from './errors.ts';
import { mapConcurrently } from './concurrency.ts';
import { withDeadline } from './deadline.ts';
import { fetchModule } from './fetch-module.ts';
import { ModuleError } from './module-error.ts';

/** A module that is ready to be evaluated, or why it is not. */
export type ModuleResult =
  | { readonly kind: 'loaded'; readonly module: PolicyModule }
  | {
      readonly kind: 'failed';
      /** @param policy - its name, or the display name of a member of a group */
      readonly messageFor: (policy: string) => string;
    };

export interface FetchBounds {
  /** Modules that are fetched at the same time. */
  readonly concurrent: number;
  /** For one module, verification included. */
  readonly moduleMilliseconds: number;
  /** For all of them. */
  readonly totalMilliseconds: number;
}

export const defaultFetchBounds: FetchBounds = {
  concurrent: 8,
  moduleMilliseconds: 120_000,
  totalMilliseconds: 300_000,
};

/**
 * Fetches and compiles the modules of all policies, each location once.
 *
 * @returns the result for each location as it is written in the policies file
 */
export async function loadModules(
  config: Pick<Config, 'policies' | 'downloadDir' | 'verification'>,
  distribution: Distribution,
  logger: Logger,
  bounds: FetchBounds = defaultFetchBounds,
): Promise<ReadonlyMap<string, ModuleResult>> {
  const uses = [...Map.groupBy(firstUses(config.policies), ({ location }) => sameModule(location)).values()];
  logger.log('info', 'policies download', {
    download_dir: config.downloadDir,
    policies_count: uses.length,
    status: 'init',
  });
  const { concurrent, totalMilliseconds } = bounds;
  const outcomes = await withDeadline(totalMilliseconds, 'loading all policies', (signal) =>
    mapConcurrently(uses, concurrent, ([use]) => attempt(() => loadModule(use!, signal))),
  );
  return new Map(
    uses.flatMap((same, index) =>
      same.map(({ location }) => [location, resultOf(outcomes[index]!, location)] as const),
    ),
  );

  async function loadModule({ location, policy }: Use, all: AbortSignal): Promise<PolicyModule> {
    const { path, bytes } = await withDeadline(bounds.moduleMilliseconds, 'fetching the policy', (signal) =>
      fetchModule(location, {
        ...config,
        policy,
        distribution,
        logger,
        signal: AbortSignal.any([signal, all]),
      }),
    );
    try {
      const { module, mutating } = await compileModule(bytes);
      logger.log('info', 'policy download', { name: policy, path, sha256sum: module.digest, mutating });
      return module;
    } catch (error) {
      // The error itself, which may end the program, does not tell the policy.
      logger.log('error', 'policy cannot be loaded', { policy, path, error: (error as Error).message });
      throw error;
    }
  }
}

/** A location as it is written, and the first policy that writes it so. */
interface Use {
  readonly location: string;
  readonly policy: string;
}

function firstUses(policies: PolicyDefinitions): Use[] {
  const uses = new Map<string, Use>();
  for (const use of policies.flatMap(usesOf)) {
    if (!uses.has(use.location)) uses.set(use.location, use);
  }
  return [...uses.values()];
}

function usesOf(definition: PolicyDefinition | GroupDefinition): Use[] {
  if (definition.kind === 'policy') return [{ location: definition.module, policy: definition.name }];
  return definition.members.map(({ module, name }) => ({
    location: module,
    policy: memberDisplayName(definition.name, name),
  }));
}

/** What is the same for all ways to write one location; what cannot be read is the same as nothing else. */
function sameModule(location: string): string {
  try {
    return parsePolicyLocation(location).uri;
  } catch {
    return location;
  }
}

type Outcome = { readonly module: PolicyModule } | { readonly error: unknown };

async function attempt(load: () => Promise<PolicyModule>): Promise<Outcome> {
  try {
    return { module: await load() };
  } catch (error) {
    return { error };
  }
}

function resultOf(outcome: Outcome, location: string): ModuleResult {
  if ('module' in outcome) return { kind: 'loaded', module: outcome.module };
  const { error } = outcome;
  return {
    kind: 'failed',
    messageFor: (policy) =>
      error instanceof ModuleError
        ? error.textFor(policy, withoutCredentials(location))
        : (error as Error).message,
  };
}

function withoutCredentials(location: string): string {
  return location.replace(/^(https?:\/\/)[^/]*@/i, '$1');
}

async function compileModule(bytes: Uint8Array): Promise<{ module: PolicyModule; mutating: boolean }> {
  const metadata = readMetadata(bytes) ?? defaultMetadata;
  const problem = serverVersionProblem(metadata) ?? protocolVersionProblem(metadata);
  if (problem !== undefined) throw new BootstrapError(problem);
  const module = await compilePolicyModule(bytes, { executionMode: metadata.executionMode });
  return { module, mutating: metadata.mutating };
}
