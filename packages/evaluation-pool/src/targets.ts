import {
  compileGroupExpression,
  GroupExpressionError,
  type GroupExpression,
  type PolicyModule,
} from '@kubewarden/evaluator';
import { PoolStartError } from './errors.ts';
import type { FailedPolicy, PooledGroup, PooledPolicy } from './policies.ts';
import { PolicyRecord } from './scheduler/policy-record.ts';

/** A policy as the pool addresses it. */
export interface PolicyTarget {
  readonly kind: 'policy';
  readonly policy: PooledPolicy;
  readonly module: PolicyModule;
  /** Its place in the workers' list of policies. */
  readonly index: number;
  readonly record: PolicyRecord;
}

/** A group with its members by name. */
export interface GroupTarget {
  readonly kind: 'group';
  readonly group: PooledGroup;
  readonly expression: GroupExpression;
  readonly members: ReadonlyMap<string, PolicyTarget>;
}

export interface FailedTarget {
  readonly kind: 'failed';
  readonly policy: FailedPolicy | PooledGroup;
  readonly reason: string;
}

/** What a policy id stands for. */
export type Target = PolicyTarget | GroupTarget | FailedTarget;

/**
 * Checks once what the pool is to serve.
 *
 * @throws PoolStartError when an id is used twice, a module or a member is missing, or the expression of a group
 *   is not valid
 */
export function resolveTargets(
  modules: readonly PolicyModule[],
  policies: readonly (PooledPolicy | PooledGroup | FailedPolicy)[],
): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>();
  const add = (id: string, target: Target): void => {
    if (targets.has(id)) throw new PoolStartError(`there are two policies with the id '${id}'`);
    targets.set(id, target);
  };
  let index = 0;
  for (const policy of policies) {
    if (policy.kind === 'policy') {
      const module = modules.find(({ digest }) => digest === policy.module);
      if (module === undefined) throw new PoolStartError(`the module of policy '${policy.id}' is missing`);
      const record = new PolicyRecord(policy.id);
      add(policy.id, { kind: 'policy', policy, module, index: index++, record });
    } else if (policy.kind === 'failed') {
      add(policy.id, { kind: 'failed', policy, reason: policy.reason });
    }
  }
  for (const policy of policies) {
    if (policy.kind === 'group') add(policy.id, resolveGroup(policy, targets));
  }
  return targets;
}

/** A group whose member has failed cannot be trusted to decide anything without it. */
function resolveGroup(group: PooledGroup, targets: ReadonlyMap<string, Target>): GroupTarget | FailedTarget {
  const members = new Map<string, PolicyTarget>();
  for (const name of group.members) {
    const id = `${group.id}/${name}`;
    const member = targets.get(id);
    if (member?.kind === 'failed') {
      return { kind: 'failed', policy: group, reason: `member ${id} of the policy group: ${member.reason}` };
    }
    if (member?.kind !== 'policy')
      throw new PoolStartError(`the member '${id}' of a policy group is missing`);
    members.set(name, member);
  }
  return { kind: 'group', group, expression: compileExpression(group), members };
}

function compileExpression({ id, expression, members }: PooledGroup): GroupExpression {
  try {
    return compileGroupExpression(expression, members);
  } catch (error) {
    if (!(error instanceof GroupExpressionError)) throw error;
    throw new PoolStartError(`the expression of policy group '${id}' is not valid: ${error.message}`, {
      cause: error,
    });
  }
}
