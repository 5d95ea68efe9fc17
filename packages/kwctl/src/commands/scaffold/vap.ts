import { readFile } from 'node:fs/promises';
import type { JsonObject, JsonValue } from '@kubewarden/policy';
import { parsePolicyLocation } from '@kubewarden/registry/reference';
import type { Invocation } from '../../command-line/model.ts';
import { parseYaml } from '../../policy/yaml-json.ts';
import { CliError, fileProblem } from '../../terminal/cli-error.ts';
import type { Logger } from '../../terminal/log.ts';
import { formatYaml } from '../../terminal/yaml.ts';

const defaultCelPolicy = 'ghcr.io/kubewarden/policies/cel-policy:latest';
const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'];

/** Turns a ValidatingAdmissionPolicy and its binding into a ClusterAdmissionPolicy (kwctl.md 8.3). */
export async function run({ options, terminal, log }: Invocation): Promise<void> {
  const module = options.value('cel-policy') ?? defaultCelPolicy;
  const policy = await readResource(options.required('policy'), 'ValidatingAdmissionPolicy');
  const binding = await readResource(options.required('binding'), 'ValidatingAdmissionPolicyBinding');
  checkModule(module, log);
  terminal.stdout(formatYaml(convert(policy, binding, module, log)));
}

/** A file with one resource of that kind. */
async function readResource(path: string, kind: string): Promise<JsonObject> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError(`cannot open ${path}: #${fileProblem(cause)}`);
  });
  const wrong = (reason: string): CliError =>
    new CliError(`cannot convert given data into a ${kind}: #${path}: ${reason}`);
  let value: JsonValue;
  try {
    value = parseYaml(text);
  } catch (cause) {
    throw wrong((cause as Error).message);
  }
  if (!(value instanceof Map)) throw wrong('a mapping is expected');
  if (value.get('kind') !== kind) throw wrong(`kind is ${JSON.stringify(value.get('kind') ?? null)}`);
  if (value.get('apiVersion') !== 'admissionregistration.k8s.io/v1') {
    throw wrong(`apiVersion is ${JSON.stringify(value.get('apiVersion') ?? null)}`);
  }
  return value;
}

function checkModule(module: string, log: Logger): void {
  let uri: string;
  try {
    uri = parsePolicyLocation(module).uri;
  } catch {
    throw new CliError('The CEL policy module specified is not a valid OCI reference');
  }
  if (!uri.endsWith(':latest')) return;
  log(
    'warn',
    'kwctl::scaffold::vap',
    "Using the 'latest' version of the CEL policy could lead to unexpected behavior. " +
      'It is recommended to use a specific version to avoid breaking changes.',
  );
}

/**
 * The ClusterAdmissionPolicy that stands for a ValidatingAdmissionPolicy and its binding.
 *
 * @throws CliError if only one of them speaks of parameters, or a rule has an unknown operation
 */
export function convert(policy: JsonObject, binding: JsonObject, module: string, log: Logger): JsonObject {
  const spec = objectAt(policy, 'spec');
  const bindingSpec = objectAt(binding, 'spec');
  const constraints = objectAt(spec, 'matchConstraints');
  for (const ignored of ['auditAnnotations', 'matchConditions']) {
    if (isSet(spec.get(ignored))) {
      log('warn', 'kwctl::scaffold::vap', `${ignored} are ignored: the CEL policy does not support them`);
    }
  }
  const paramKind = spec.get('paramKind');
  const paramRef = bindingSpec.get('paramRef');
  if (isSet(paramKind) !== isSet(paramRef)) {
    throw new CliError('Both paramKind and paramRef must be present together, or both absent');
  }
  const settings = pick([
    ['failurePolicy', spec.get('failurePolicy')],
    ['variables', spec.get('variables')],
    ['validations', spec.get('validations')],
    ['paramKind', paramKind],
    ['paramRef', paramRef],
  ]);
  return pick([
    ['apiVersion', 'policies.kubewarden.io/v1'],
    ['kind', 'ClusterAdmissionPolicy'],
    ['metadata', binding.get('metadata')],
    [
      'spec',
      pick([
        ['module', module],
        ['settings', settings],
        ['rules', listAt(constraints, 'resourceRules').map(convertRule)],
        ['mutating', false],
        ['matchPolicy', constraints.get('matchPolicy')],
        ['namespaceSelector', objectAt(bindingSpec, 'matchResources').get('namespaceSelector')],
        ['objectSelector', constraints.get('objectSelector')],
      ]),
    ],
  ]);
}

function convertRule(rule: JsonValue): JsonObject {
  const source = rule instanceof Map ? rule : new Map<string, JsonValue>();
  if (listAt(source, 'operations').some((operation) => !operations.includes(operation as string))) {
    throw new CliError('error converting VAP matchConstraints into rules: unknown operation');
  }
  return new Map(
    ['apiGroups', 'apiVersions', 'resources', 'operations'].map((key) => [key, listAt(source, key)]),
  );
}

function isSet(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null;
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object.get(key);
  return value instanceof Map ? value : new Map();
}

function listAt(object: JsonObject, key: string): JsonValue[] {
  const value = object.get(key);
  return Array.isArray(value) ? value : [];
}

/** An object of those members that are there. */
function pick(members: readonly (readonly [string, JsonValue | undefined])[]): JsonObject {
  return new Map(
    members.flatMap(([key, value]) => (value === undefined || value === null ? [] : [[key, value]])),
  );
}
