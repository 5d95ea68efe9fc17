import { readFile } from 'node:fs/promises';
import {
  annotationKeys,
  validateMetadata,
  type JsonObject,
  type JsonValue,
  type Metadata,
} from '@kubewarden/policy';
import type { Invocation } from '../../command-line/model.ts';
import type { ParsedOptions } from '../../command-line/parsed-options.ts';
import { loadPolicy, verifyPolicies } from '../../distribution/obtain.ts';
import { withSession } from '../../distribution/session.ts';
import { notAnnotated, readPolicyFile, type PolicyDescription } from '../../policy/load.ts';
import { resolvePolicy } from '../../policy/resolve.ts';
import { findStored } from '../../policy/stored.ts';
import { parseYaml } from '../../policy/yaml-json.ts';
import { readRequestedVerification } from '../../verification/requested.ts';
import { CliError, fileProblem } from '../../terminal/cli-error.ts';
import type { Logger } from '../../terminal/log.ts';
import { formatYaml } from '../../terminal/yaml.ts';

type Kind = 'ClusterAdmissionPolicy' | 'AdmissionPolicy';

/** Prints a custom resource for a policy (kwctl.md 8.2). */
export async function run(invocation: Invocation): Promise<void> {
  const { options, terminal, log } = invocation;
  const kind = options.required('type') as Kind;
  const settings = await readSettings(options);
  const policy = await findPolicy(invocation);
  if (policy.metadata === undefined) throw notAnnotated(policy.uri);
  const [problem] = validateMetadata(policy.metadata);
  if (problem !== undefined) {
    throw new CliError(`Metadata is invalid: ${policy.uri}: ${problem.path}: ${problem.message}`);
  }
  const manifest = createManifest(kind, policy.uri, policy.metadata, {
    settings,
    title: options.value('title'),
    contextAware: options.has('allow-context-aware'),
  });
  warnAboutContext(kind, policy.metadata, options.has('allow-context-aware'), log);
  terminal.stdout(formatYaml(manifest));
}

/** Here `--settings-json` may hold YAML as well, and the order of keys is the user's. */
async function readSettings(options: ParsedOptions): Promise<JsonObject> {
  const path = options.value('settings-path');
  const text =
    path === undefined
      ? options.value('settings-json')
      : await readFile(path, 'utf8').catch((cause: unknown) => {
          throw new CliError(`Cannot open settings file ${path}: ${fileProblem(cause)}`);
        });
  const origin = path ?? '--settings-json';
  const settings = text === undefined ? null : parseSettings(text, origin);
  if (settings === null) return new Map();
  if (settings instanceof Map) return settings;
  throw new CliError(`Cannot parse settings ${origin}: a mapping is expected`);
}

function parseSettings(text: string, origin: string): JsonValue {
  try {
    return parseYaml(text);
  } catch (cause) {
    throw new CliError(`Cannot parse settings ${origin}: ${(cause as Error).message.trimEnd()}`);
  }
}

/** The policy of the store; one that is not there is verified, if that is asked for, and pulled. */
async function findPolicy(invocation: Invocation): Promise<PolicyDescription> {
  const { options, positionals, terminal, log } = invocation;
  const policy = await resolvePolicy(positionals[0]!, terminal.environment);
  return withSession(invocation, async (session) => {
    const stored = await findStored(policy, session.storeRoot);
    if (stored !== undefined) return readPolicyFile(policy.uri, stored.path);
    const requested = await readRequestedVerification(options, terminal.environment, log);
    const verified = await verifyPolicies([policy], requested, session, invocation);
    if (policy.scheme !== 'file') {
      log(
        'info',
        'kwctl::scaffold',
        `cannot find policy with uri: ${policy.uri}, trying to pull it from remote registry`,
      );
    }
    return loadPolicy(policy, verified.get(policy.uri), session, invocation);
  });
}

export interface ManifestOptions {
  readonly settings: JsonObject;
  /** Overrides the title of the metadata. */
  readonly title: string | undefined;
  /** Copies the resources that the policy reads into a ClusterAdmissionPolicy. */
  readonly contextAware: boolean;
}

/**
 * The custom resource of a policy, in the key order of the original.
 *
 * @throws CliError if the title is no name for a Kubernetes object
 */
export function createManifest(
  kind: Kind,
  module: string,
  metadata: Metadata,
  { settings, title, contextAware }: ManifestOptions,
): object {
  const annotations = metadata.annotations ?? {};
  const kept = [annotationKeys.category, annotationKeys.severity].filter(
    (key) => annotations[key] !== undefined,
  );
  const name = title ?? annotations[annotationKeys.title];
  if (name !== undefined) checkName(name);
  const resources = metadata.contextAwareResources;
  return {
    apiVersion: 'policies.kubewarden.io/v1',
    kind,
    metadata: {
      ...(kept.length === 0
        ? {}
        : { annotations: Object.fromEntries(kept.map((key) => [key, annotations[key]])) }),
      ...(name === undefined ? {} : { name }),
    },
    spec: {
      module,
      settings,
      rules: metadata.rules,
      mutating: metadata.mutating,
      ...(metadata.backgroundAudit ? {} : { backgroundAudit: false }),
      ...(kind === 'ClusterAdmissionPolicy' && contextAware && resources.length > 0
        ? { contextAwareResources: resources }
        : {}),
    },
  };
}

function checkName(name: string): void {
  const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
  if (name.length <= 253 && name.split('.').every((part) => label.test(part))) return;
  throw new CliError(
    `Invalid title '${name}'. Must conform to RFC 1123: use lowercase alphanumeric chars, '-' or '.', and ` +
      'start/end with an alphanumeric character.',
  );
}

function warnAboutContext(kind: Kind, metadata: Metadata, allowed: boolean, log: Logger): void {
  if (kind !== 'ClusterAdmissionPolicy' || metadata.contextAwareResources.length === 0) return;
  const lines = allowed
    ? [
        'Policy has been granted access to the Kubernetes resources mentioned by its metadata.',
        'Review the list of resources under spec.contextAwareResources carefully before applying the manifest.',
      ]
    : [
        'Policy requires access to Kubernetes resources at evaluation time. For security reasons, the requested',
        'resources were left out. Review them with the inspect command, then add them to the manifest, or use',
        'the flag --allow-context-aware to have that done.',
      ];
  for (const line of lines) log('warn', 'kwctl::scaffold', line);
}
