import type { FailedPolicy, PooledGroup, PooledPolicy } from '@kubewarden/evaluation-pool';
import {
  compileGroupExpression,
  type HostCapabilities,
  parseHostCapabilities,
  type PolicyModule,
} from '@kubewarden/evaluator';
import type { Config } from '../config/config.ts';
import {
  type GroupDefinition,
  memberDisplayName,
  type ModuleUse,
  type PolicyDefinition,
} from '../config/policies-file.ts';
import { BootstrapError } from './errors.ts';
import type { ModuleResult } from './load-modules.ts';

export type ServedPolicy = PooledPolicy | PooledGroup | FailedPolicy;

/** What the pool is to serve. */
export interface Assembly {
  readonly modules: readonly PolicyModule[];
  readonly policies: readonly ServedPolicy[];
}

/**
 * Puts definitions and modules together.
 *
 * A policy whose module could not be loaded, or a group whose expression is wrong, becomes a `FailedPolicy` with
 * `continueOnErrors`, and ends the start without.
 *
 * @throws BootstrapError also for an invalid `hostCapabilities` pattern, whatever `continueOnErrors` says
 */
export function assemblePolicies(
  config: Pick<Config, 'policies' | 'continueOnErrors' | 'policyTimeoutSeconds'>,
  results: ReadonlyMap<string, ModuleResult>,
): Assembly {
  const modules = new Map<string, PolicyModule>();

  const fail = (id: string, mode: 'protect' | 'monitor', message: string, reason: string): FailedPolicy => {
    if (!config.continueOnErrors) throw new BootstrapError(failure(id, message));
    return { kind: 'failed', id, mode, reason };
  };

  const assemble = (
    use: ModuleUse,
    names: { readonly owner: string; readonly display: string },
    policy: Pick<PooledPolicy, 'id' | 'mode' | 'allowedToMutate' | 'message'>,
  ): PooledPolicy | FailedPolicy => {
    const hostCapabilities = readHostCapabilities(use.hostCapabilities, names.owner);
    const result = results.get(use.module);
    if (result?.kind !== 'loaded') {
      const message = result?.messageFor(names.display) ?? `no module was loaded from ${use.module}`;
      return fail(policy.id, policy.mode, message, failure(policy.id, message));
    }
    modules.set(result.module.digest, result.module);
    const seconds =
      config.policyTimeoutSeconds === undefined
        ? undefined
        : (use.timeoutSeconds ?? config.policyTimeoutSeconds);
    return {
      kind: 'policy',
      ...policy,
      module: result.module.digest,
      settings: use.settings,
      permissions: {
        policyId: policy.id,
        hostCapabilities,
        contextAwareResources: use.contextAwareResources,
      },
      ...(seconds !== undefined && { deadlineMilliseconds: seconds * 1000 }),
    };
  };

  const assembleGroup = (group: GroupDefinition): ServedPolicy[] => {
    const { name: id, mode, expression, message } = group;
    const members = group.members.map((member) =>
      assemble(
        member,
        { owner: id, display: memberDisplayName(id, member.name) },
        { id: `${id}/${member.name}`, mode: 'protect', allowedToMutate: false },
      ),
    );
    const names = group.members.map(({ name }) => name);
    try {
      compileGroupExpression(expression, names);
    } catch (cause) {
      const reason = `error evaluating policy group expression: ${(cause as Error).message}`;
      return [...members, fail(id, mode, reason, reason)];
    }
    return [...members, { kind: 'group', id, mode, expression, message, members: names }];
  };

  const assemblePolicy = (policy: PolicyDefinition): ServedPolicy =>
    assemble(
      policy,
      { owner: policy.name, display: policy.name },
      {
        id: policy.name,
        mode: policy.mode,
        allowedToMutate: policy.allowedToMutate,
        ...(policy.message !== undefined && { message: policy.message }),
      },
    );

  const policies = config.policies.flatMap((definition) =>
    definition.kind === 'group' ? assembleGroup(definition) : [assemblePolicy(definition)],
  );
  return { modules: [...modules.values()], policies };
}

/** @param owner the policy, or the group for its members, as in the original's messages */
function readHostCapabilities(patterns: readonly string[], owner: string): HostCapabilities {
  try {
    return parseHostCapabilities(patterns);
  } catch (cause) {
    throw new BootstrapError(
      `bootstrap failure: invalid hostCapabilities pattern for policy ${owner}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function failure(id: string, message: string): string {
  return `bootstrap failure: ${id}: ${message}`;
}
