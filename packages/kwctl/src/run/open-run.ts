import { parseHostCapabilities, type HostCapabilities } from '@kubewarden/evaluator';
import type { ExecutionMode } from '@kubewarden/policy';
import type { Invocation } from '../command-line/model.ts';
import type { ParsedOptions } from '../command-line/parsed-options.ts';
import { loadPolicy, verifyPolicies } from '../distribution/obtain.ts';
import { openSession, type Session } from '../distribution/session.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import { resolvePolicy } from '../policy/resolve.ts';
import { CliError } from '../terminal/cli-error.ts';
import { createPolicyLog } from '../terminal/log.ts';
import { modulesOf, type Definition, type GroupDefinition, type PolicyDefinition } from './definition.ts';
import { evaluatePolicy, evaluatePolicyGroup, type Evaluation } from './evaluation.ts';
import { createRunHost, type HostSession, type RunHost } from './host.ts';
import {
  checkVersion,
  grantedResources,
  preparePolicy,
  warnAboutContext,
  type PreparedPolicy,
} from './prepare.ts';
import { readDefinitions } from './read-definitions.ts';
import { readRequest, type RequestFile } from './request.ts';
import { readRequestedVerification } from '../verification/requested.ts';

/** One definition of a run, made ready when its turn comes. */
export interface RunStep {
  readonly definition: Definition;
  readonly uri: string;
  /** Compiles the modules and opens a session with the host: a recorded one is replayed from its start. */
  prepare(): Promise<{ readonly evaluation: Evaluation; readonly session: HostSession }>;
}

export interface Run {
  readonly steps: readonly RunStep[];
  close(): Promise<void>;
}

/** What all policies of a run share. */
interface Shared {
  readonly invocation: Invocation;
  readonly policies: ReadonlyMap<string, LoadedPolicy>;
  readonly request: RequestFile;
  readonly hostCapabilities: HostCapabilities;
}

/**
 * Does all that `run` and `bench` have to do before a policy is evaluated, in the order of kwctl.md 7.2.
 *
 * @throws CliError
 */
export async function openRun(invocation: Invocation): Promise<Run> {
  const { options, positionals, terminal, log } = invocation;
  const definitions = await readDefinitions(positionals[0]!, options, log);
  const request = await readRequest(options.required('request-path'), terminal);
  const hostCapabilities = allowedCapabilities(options);
  const session = await openSession(invocation);
  try {
    const policies = await pullAll(definitions, invocation, session);
    const host = await createRunHost(options, session, log);
    const shared: Shared = { invocation, policies, request, hostCapabilities };
    return {
      steps: definitions.map((definition) => runStep(definition, shared, host)),
      close: async () => {
        // The host may still be asking registries, and what it recorded is to be written in any case.
        try {
          await host.close();
        } finally {
          await session.close();
        }
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

function runStep(definition: Definition, shared: Shared, host: RunHost): RunStep {
  return {
    definition,
    uri: modulesOf(definition)
      .map((module) => shared.policies.get(module)!.uri)
      .join(', '),
    prepare: async () => {
      const session = host.open();
      const evaluation =
        definition.kind === 'policy'
          ? await preparedPolicy(definition, shared, session)
          : await preparedGroup(definition, shared, session);
      return { evaluation, session };
    },
  };
}

function allowedCapabilities(options: ParsedOptions): HostCapabilities {
  const patterns = options.values('allowed-host-capabilities') ?? ['*'];
  try {
    return parseHostCapabilities(patterns.flatMap((pattern) => pattern.split(',')));
  } catch (cause) {
    throw new CliError(`Invalid host capabilities pattern: ${(cause as Error).message}`);
  }
}

/** Every module once, whatever the number of policies that use it; all are verified before any is pulled. */
async function pullAll(
  definitions: readonly Definition[],
  invocation: Invocation,
  session: Session,
): Promise<ReadonlyMap<string, LoadedPolicy>> {
  const { options, terminal, log } = invocation;
  const modules = [...new Set(definitions.flatMap(modulesOf))];
  const requested = await readRequestedVerification(options, terminal.environment, log);
  const located = await Promise.all(modules.map((module) => resolvePolicy(module, terminal.environment)));
  const verified = await verifyPolicies(located, requested, session, invocation);
  const loaded = new Map<string, LoadedPolicy>();
  const policies = new Map<string, LoadedPolicy>();
  for (const [index, policy] of located.entries()) {
    const { uri } = policy;
    // Two ways to write one URI are one policy; a digest may choose other bytes than the URI would.
    const key = policy.storedAt ?? uri;
    const known = loaded.get(key) ?? (await loadPolicy(policy, verified.get(uri), session, invocation));
    loaded.set(key, known);
    policies.set(modules[index]!, known);
  }
  for (const policy of policies.values()) checkVersion(policy);
  return policies;
}

async function preparedPolicy(
  definition: PolicyDefinition,
  { invocation: { options, log }, policies, request, hostCapabilities }: Shared,
  session: HostSession,
): Promise<Evaluation> {
  const policy = policies.get(definition.module)!;
  const { metadata } = policy;
  const fromCommandLine = definition.contextAwareResources === undefined;
  const contextAwareResources =
    definition.contextAwareResources ?? grantedResources(metadata, options.has('allow-context-aware'), log);
  warnAboutContext(metadata, contextAwareResources, fromCommandLine, log);
  const policyLog = createPolicyLog(log);
  const prepared = await preparePolicy(policy, {
    policyId: definition.id,
    settings: definition.settings,
    contextAwareResources,
    hostCapabilities,
    answer: session.answer,
    policyLog,
    executionMode: fromCommandLine ? executionMode(options) : undefined,
  });
  const input = options.has('raw') || metadata?.policyType === 'raw' ? request.raw() : request.kubernetes();
  return evaluatePolicy(definition, prepared, input, policyLog);
}

async function preparedGroup(
  definition: GroupDefinition,
  { invocation: { log }, policies, request, hostCapabilities }: Shared,
  session: HostSession,
): Promise<Evaluation> {
  const policyLog = createPolicyLog(log);
  const members = new Map<string, PreparedPolicy>();
  for (const [name, member] of definition.members) {
    const policy = policies.get(member.module)!;
    warnAboutContext(policy.metadata, member.contextAwareResources, false, log);
    members.set(
      name,
      await preparePolicy(policy, {
        policyId: `${definition.id}/${name}`,
        settings: member.settings,
        contextAwareResources: member.contextAwareResources,
        hostCapabilities,
        answer: session.answer,
        policyLog,
      }),
    );
  }
  return evaluatePolicyGroup(definition, members, request.kubernetes(), policyLog);
}

/** `kubewarden` is how the original's help spells the waPC mode. */
function executionMode(options: ParsedOptions): ExecutionMode | undefined {
  const mode = options.value('execution-mode');
  return mode === 'kubewarden' ? 'kubewarden-wapc' : (mode as ExecutionMode | undefined);
}
