import {
  cliVersionProblem,
  determineExecutionMode,
  isRegoModule,
  type ContextAwareResource,
  type ExecutionMode,
  type Metadata,
} from '@kubewarden/policy';
import {
  compilePolicyModule,
  createHostGate,
  createPolicyRuntime,
  type EvaluationContext,
  type HostAnswerer,
  type HostCapabilities,
  type PolicyLog,
  type PolicyRuntime,
} from '@kubewarden/evaluator';
import type { LoadedPolicy } from '../policy/load.ts';
import { CliError } from '../terminal/cli-error.ts';
import type { Logger } from '../terminal/log.ts';

/** A policy, or a member of a group, ready to be evaluated. */
export interface PreparedPolicy {
  readonly runtime: PolicyRuntime;
  readonly context: EvaluationContext;
}

export interface PreparationOptions {
  readonly policyId: string;
  readonly settings: Uint8Array;
  readonly contextAwareResources: readonly ContextAwareResource[];
  readonly hostCapabilities: HostCapabilities;
  readonly answer: HostAnswerer;
  readonly policyLog: PolicyLog;
  /** Given on the command line. */
  readonly executionMode?: ExecutionMode | undefined;
}

/**
 * Compiles a policy and binds it to its settings and permissions.
 *
 * @throws CliError naming the policy if it cannot be run
 */
export async function preparePolicy(
  policy: LoadedPolicy,
  options: PreparationOptions,
): Promise<PreparedPolicy> {
  const { policyId, settings, contextAwareResources, hostCapabilities, answer, policyLog } = options;
  const gate = createHostGate({ policyId, hostCapabilities, contextAwareResources }, answer, policyLog);
  try {
    const executionMode = determineExecutionMode(
      policy.metadata?.executionMode,
      options.executionMode,
      isRegoModule(policy.bytes),
    );
    const module = await compilePolicyModule(policy.bytes, { executionMode });
    const runtime = await createPolicyRuntime(module, { log: policyLog });
    return { runtime, context: { policyId, settings, gate } };
  } catch (cause) {
    throw new CliError(`${policy.uri}: ${(cause as Error).message}`, { cause });
  }
}

/** @throws CliError if a policy requires a newer Kubewarden */
export function checkVersion({ metadata }: LoadedPolicy): void {
  const problem = metadata === undefined ? undefined : cliVersionProblem(metadata);
  if (problem !== undefined) throw new CliError(problem);
}

/**
 * The Kubernetes resources that a policy of the command line may read: those of its metadata, if the user allows it.
 */
export function grantedResources(
  metadata: Metadata | undefined,
  allowed: boolean,
  log: Logger,
): readonly ContextAwareResource[] {
  if (!allowed) return [];
  if (metadata === undefined) {
    log('info', 'kwctl::run', 'Policy is not annotated, access to Kubernetes resources is not allowed');
    return [];
  }
  return metadata.contextAwareResources;
}

/**
 * Tells the user when a policy will miss the resources that it asks for.
 *
 * @param fromCommandLine what a resource of the cluster grants, no flag can change
 */
export function warnAboutContext(
  metadata: Metadata | undefined,
  granted: readonly ContextAwareResource[],
  fromCommandLine: boolean,
  log: Logger,
): void {
  if (metadata === undefined || metadata.contextAwareResources.length === 0 || granted.length > 0) return;
  log(
    'warn',
    'kwctl::run',
    'Policy requires access to Kubernetes resources at evaluation time, but has been granted none.',
  );
  log(
    'warn',
    'kwctl::run',
    'Review what it asks for with the inspect command, then ' +
      (fromCommandLine
        ? 'use --allow-context-aware to grant access.'
        : 'list it as contextAwareResources of a cluster-wide policy; --allow-context-aware is for modules.'),
  );
}
