import {
  settingsFromJson,
  writeJson,
  type ContextAwareResource,
  type JsonObject,
  type JsonValue,
} from '@kubewarden/policy';
import { CliError } from '../terminal/cli-error.ts';
import type { Definition, GroupMember } from './definition.ts';

const kinds = [
  'AdmissionPolicy',
  'ClusterAdmissionPolicy',
  'AdmissionPolicyGroup',
  'ClusterAdmissionPolicyGroup',
];

/** Fields that say when the API server asks; they have no meaning for a run. */
const ignoredFields = [
  'policyServer',
  'rules',
  'matchConditions',
  'matchPolicy',
  'objectSelector',
  'backgroundAudit',
  'failurePolicy',
  'sideEffects',
  'timeoutSeconds',
  'allowInsideAdmissionControllerNamespace',
];

/**
 * Reads a Kubewarden resource (kwctl.md 7.3).
 *
 * @param value one YAML document
 * @throws CliError naming resource and field
 */
export function decodeResource(value: JsonValue): Definition {
  if (!(value instanceof Map)) throw new CliError('cannot extract ObjectReference: a mapping is expected');
  const apiVersion = value.get('apiVersion');
  if (apiVersion !== 'policies.kubewarden.io/v1')
    throw new CliError(`invalid apiVersion ${rustOption(apiVersion)}`);
  const kind = value.get('kind');
  if (typeof kind !== 'string' || !kinds.includes(kind)) {
    throw new CliError(`unknown kind ${rustOption(kind)}, not a Kubewarden policy`);
  }
  const metadata = value.get('metadata');
  const name = metadata instanceof Map ? metadata.get('name') : undefined;
  const id = typeof name === 'string' ? name : 'crd-without-name';
  const spec = value.get('spec');
  if (spec === undefined || spec === null) {
    throw new CliError(`CRD does not have spec, but it is required for ${kind}`);
  }
  const fields = new Fields(spec, `cannot parse value into ${kind}: ${id}: spec`);
  const clusterWide = kind.startsWith('Cluster');
  return kind.endsWith('Group')
    ? decodeGroup(id, fields, clusterWide)
    : decodePolicy(id, fields, clusterWide);
}

function decodePolicy(id: string, fields: Fields, clusterWide: boolean): Definition {
  fields.refuseUnknown([
    'module',
    'settings',
    'mode',
    'mutating',
    'message',
    'timeoutEvalSeconds',
    ...(clusterWide ? ['contextAwareResources', 'namespaceSelector'] : []),
    ...ignoredFields,
  ]);
  return {
    kind: 'policy',
    id,
    module: fields.string('module'),
    settings: fields.settings('settings'),
    mode: fields.mode(),
    allowedToMutate: fields.boolean('mutating'),
    message: fields.optionalString('message'),
    contextAwareResources: clusterWide ? fields.resources('contextAwareResources') : [],
  };
}

function decodeGroup(id: string, fields: Fields, clusterWide: boolean): Definition {
  fields.refuseUnknown([
    'expression',
    'message',
    'mode',
    'policies',
    ...(clusterWide ? ['namespaceSelector'] : []),
    ...ignoredFields,
  ]);
  const members = new Map<string, GroupMember>();
  for (const [name, member] of fields.object('policies')) {
    const memberFields = new Fields(member, `${fields.place}.policies.${name}`);
    members.set(name, {
      module: memberFields.string('module'),
      settings: memberFields.settings('settings'),
      contextAwareResources: clusterWide ? memberFields.resources('contextAwareResources') : [],
    });
  }
  return {
    kind: 'group',
    id,
    expression: fields.string('expression'),
    message: fields.string('message'),
    mode: fields.mode(),
    members,
  };
}

/** The fields of a mapping; what is wrong is reported with the place. */
class Fields {
  readonly place: string;
  readonly #values: JsonObject;

  constructor(value: JsonValue, place: string) {
    this.place = place;
    if (!(value instanceof Map)) throw new CliError(`${place}: a mapping is expected`);
    this.#values = value;
  }

  refuseUnknown(known: readonly string[]): void {
    for (const name of this.#values.keys()) {
      if (known.includes(name)) continue;
      throw new CliError(
        `${this.place}: unknown field \`${name}\`, expected one of ${known.toSorted().join(', ')}`,
      );
    }
  }

  string(name: string): string {
    const value = this.optionalString(name);
    if (value === undefined) throw new CliError(`${this.place}: missing field \`${name}\``);
    return value;
  }

  optionalString(name: string): string | undefined {
    const value = this.#values.get(name) ?? null;
    if (value !== null && typeof value !== 'string') throw this.#wrong(name, 'a string');
    return value ?? undefined;
  }

  boolean(name: string): boolean {
    const value = this.#values.get(name) ?? false;
    if (typeof value !== 'boolean') throw this.#wrong(name, 'true or false');
    return value;
  }

  mode(): 'protect' | 'monitor' {
    const value = this.optionalString('mode') ?? 'protect';
    if (value !== 'protect' && value !== 'monitor') throw this.#wrong('mode', 'protect or monitor');
    return value;
  }

  object(name: string): JsonObject {
    const value = this.#values.get(name);
    if (!(value instanceof Map)) throw this.#wrong(name, 'a mapping');
    return value;
  }

  settings(name: string): Uint8Array {
    const value = this.#values.get(name);
    return settingsFromJson(value === undefined ? undefined : writeJson(value));
  }

  resources(name: string): ContextAwareResource[] {
    const value = this.#values.get(name) ?? [];
    if (!Array.isArray(value)) throw this.#wrong(name, 'a list');
    return value.map((item, index) => {
      const fields = new Fields(item, `${this.place}.${name}[${index}]`);
      return { apiVersion: fields.string('apiVersion'), kind: fields.string('kind') };
    });
  }

  #wrong(name: string, expected: string): CliError {
    return new CliError(`${this.place}.${name}: ${expected} is expected`);
  }
}

function rustOption(value: JsonValue | undefined): string {
  return typeof value === 'string' ? `Some(${JSON.stringify(value)})` : 'None';
}
