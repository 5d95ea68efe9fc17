import { readFile } from 'node:fs/promises';
import { type ContextAwareResource, writeJson } from '@kubewarden/policy';
import { LineCounter, parseDocument } from 'yaml';
import { ConfigError } from './errors.ts';
import { YamlFields, YamlSource } from './yaml-fields.ts';

export type PolicyMode = 'protect' | 'monitor';

/** What policies and members of groups have in common. */
export interface ModuleUse {
  /** Location as written. */
  readonly module: string;
  /** Canonical JSON of an object, UTF-8. */
  readonly settings: Uint8Array;
  readonly contextAwareResources: readonly ContextAwareResource[];
  /** Patterns as written; none means that every host capability is denied. */
  readonly hostCapabilities: readonly string[];
  /** Overrides the server's limit. */
  readonly timeoutSeconds?: number;
}

export interface PolicyDefinition extends ModuleUse {
  readonly kind: 'policy';
  readonly name: string;
  readonly mode: PolicyMode;
  readonly allowedToMutate: boolean;
  /** Custom rejection message. */
  readonly message?: string;
}

export interface MemberDefinition extends ModuleUse {
  /** Without the group's name. */
  readonly name: string;
}

export interface GroupDefinition {
  readonly kind: 'group';
  readonly name: string;
  readonly mode: PolicyMode;
  readonly expression: string;
  readonly message: string;
  readonly members: readonly MemberDefinition[];
}

/** In the order of the file. */
export type PolicyDefinitions = readonly (PolicyDefinition | GroupDefinition)[];

/** How messages name a member of a group, as in the original. */
export function memberDisplayName(group: string, member: string): string {
  return `${group}/#${member}`;
}

/**
 * Reads a policies file.
 *
 * @throws ConfigError naming the file, the line, the policy and the field
 */
export async function readPoliciesFile(path: string): Promise<PolicyDefinitions> {
  try {
    return decodePolicies(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new ConfigError(`error while loading policies from "${path}": ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** @throws ConfigError */
export function decodePolicies(text: string): PolicyDefinitions {
  const lines = new LineCounter();
  // Integers as bigint: settings must not lose any digit.
  const document = parseDocument(text, { lineCounter: lines, intAsBigInt: true, logLevel: 'error' });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw new ConfigError(problem.message.trimEnd());
  const file = new YamlFields(new YamlSource(document, lines), document.contents, 'the file');
  const definitions = file.names().map((name) => decodeEntry(name, file.child(name, `policy '${name}'`)));
  checkNames(definitions);
  return definitions;
}

/** An entry with a module is a policy, one with an expression a group, as in the original. */
function decodeEntry(name: string, fields: YamlFields): PolicyDefinition | GroupDefinition {
  if (fields.has('module')) return decodePolicy(name, fields);
  if (fields.has('expression') || fields.has('policies')) return decodeGroup(name, fields);
  throw fields.error(
    "has neither 'module', as a policy would, nor 'expression' and 'policies', as a group would",
  );
}

function decodePolicy(name: string, fields: YamlFields): PolicyDefinition {
  rejectUnknown(fields, policyFieldNames);
  const message = fields.optionalString('message');
  return {
    kind: 'policy',
    name,
    ...decodeModuleUse(fields),
    mode: decodeMode(fields),
    allowedToMutate: fields.boolean('allowedToMutate', false),
    ...(message !== undefined && { message }),
  };
}

function decodeGroup(name: string, fields: YamlFields): GroupDefinition {
  rejectUnknown(fields, groupFieldNames);
  const members = fields.mapping('policies');
  return {
    kind: 'group',
    name,
    mode: decodeMode(fields),
    expression: fields.string('expression'),
    message: fields.string('message'),
    members: members.names().map((member) => {
      const memberFields = members.child(member, `policy '${name}/${member}'`);
      rejectUnknown(memberFields, memberFieldNames);
      return { name: member, ...decodeModuleUse(memberFields) };
    }),
  };
}

const memberFieldNames = [
  'module',
  'settings',
  'contextAwareResources',
  'timeoutEvalSeconds',
  'hostCapabilities',
];

/** The controller says which resource a policy comes from; that has no meaning here. */
const originFieldName = 'namespacedName';

const policyFieldNames = [...memberFieldNames, 'policyMode', 'allowedToMutate', 'message', originFieldName];
const groupFieldNames = ['expression', 'message', 'policies', 'policyMode', originFieldName];

/**
 * The original passes over unknown fields of policies and groups. A misspelt `policyMode` or `hostCapabilities` is
 * too dangerous for that.
 */
function rejectUnknown(fields: YamlFields, known: readonly string[]): void {
  const unknown = fields.names().find((field) => !known.includes(field));
  if (unknown !== undefined) {
    throw fields.fieldError(unknown, `is unknown, expected one of ${known.join(', ')}`);
  }
}

function decodeMode(fields: YamlFields): PolicyMode {
  return fields.choice('policyMode', ['protect', 'monitor'], 'protect');
}

function decodeModuleUse(fields: YamlFields): ModuleUse {
  const timeoutSeconds = fields.optionalInteger('timeoutEvalSeconds', 1);
  return {
    module: fields.string('module'),
    settings: writeJson(fields.jsonObject('settings')),
    contextAwareResources: fields.items('contextAwareResources', true).map((item, index) => {
      const resource = fields.item(item, `field 'contextAwareResources[${index}]'`);
      return { apiVersion: resource.string('apiVersion'), kind: resource.string('kind') };
    }),
    hostCapabilities: fields.strings('hostCapabilities'),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  };
}

/** A slash separates group and member in the id of a member. */
function checkNames(definitions: PolicyDefinitions): void {
  for (const definition of definitions) {
    if (definition.name.includes('/')) {
      throw new ConfigError(`policy name '${definition.name}' contains a '/' character`);
    }
    if (definition.name === '') throw new ConfigError('a policy has an empty name');
    if (definition.kind === 'policy') continue;
    const invalid = definition.members
      .map(({ name }) => name)
      .filter((name) => name.includes('/') || name === '');
    if (invalid.length > 0) {
      const names = JSON.stringify(invalid).replaceAll('","', '", "');
      throw new ConfigError(
        `policy group '${definition.name}' contains policies with invalid names: ${names}`,
      );
    }
  }
}
