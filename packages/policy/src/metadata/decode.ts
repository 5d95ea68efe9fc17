import { executionModes } from '../execution-mode.ts';
import { parseTransient, type JsonDocument, type JsonNode } from '../json/document.ts';
import { compareUtf8 } from '../json/strings.ts';
import {
  absent,
  compact,
  Fields,
  optional,
  readBoolean,
  readList,
  readRecord,
  readString,
  readVariant,
  shapeError,
} from '../json/shape.ts';
import type { ContextAwareResource, Metadata, Operation, Rule } from './metadata.ts';
import { isStrictVersion } from './version.ts';

const metadataFields = new Fields('struct Metadata', [
  'protocolVersion',
  'rules',
  'annotations',
  'mutating',
  'backgroundAudit',
  'executionMode',
  'policyType',
  'contextAwareResources',
  'hostCapabilities',
  'minimumKubewardenVersion',
]);
const ruleFields = new Fields('struct Rule', ['apiGroups', 'apiVersions', 'resources', 'operations']);
const resourceFields = new Fields('struct ContextAwareResource', ['apiVersion', 'kind']);

const protocolVersions = ['v1', 'Unknown'] as const;
const policyTypes = ['kubernetes', 'raw'] as const;
const operations: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'];

/**
 * Decodes the JSON form of a policy's metadata: what stands in the custom section, or what an author's
 * metadata.yml has become. Fields that are not known are ignored.
 *
 * @param json UTF-8
 * @throws JsonSyntaxError if the text is not JSON
 * @throws JsonShapeError naming the field that is missing or wrong
 */
export function decodeMetadata(json: Uint8Array): Metadata {
  const document = parseTransient(json);
  const fields = metadataFields.require(document, document.root, ['rules', 'mutating']);
  const withDefault = <T>(node: JsonNode, read: (document: JsonDocument, node: JsonNode) => T, value: T): T =>
    node === absent ? value : read(document, node);
  return compact({
    protocolVersion: optional(document, fields.protocolVersion, readProtocolVersion),
    rules: readList(document, fields.rules, readRule),
    annotations: optional(document, fields.annotations, readAnnotations),
    mutating: readBoolean(document, fields.mutating),
    backgroundAudit: withDefault(fields.backgroundAudit, readBoolean, true),
    executionMode: withDefault(
      fields.executionMode,
      (document, node) => readVariant(document, node, executionModes),
      'kubewarden-wapc',
    ),
    policyType: withDefault(
      fields.policyType,
      (document, node) => readVariant(document, node, policyTypes),
      'kubernetes',
    ),
    contextAwareResources: withDefault(fields.contextAwareResources, readResources, []),
    hostCapabilities: optional(document, fields.hostCapabilities, readStringSet),
    minimumKubewardenVersion: optional(document, fields.minimumKubewardenVersion, readVersion),
  });
}

function readProtocolVersion(document: JsonDocument, node: JsonNode): 'v1' | 'Unknown' {
  return readVariant(document, node, protocolVersions);
}

function readStrings(document: JsonDocument, node: JsonNode): string[] {
  return readList(document, node, readString);
}

function readAnnotations(document: JsonDocument, node: JsonNode): Record<string, string> {
  return readRecord(document, node, readString);
}

function readRule(document: JsonDocument, node: JsonNode): Rule {
  const fields = ruleFields.require(document, node);
  return {
    apiGroups: readStrings(document, fields.apiGroups),
    apiVersions: readStrings(document, fields.apiVersions),
    resources: readStrings(document, fields.resources),
    operations: readList(document, fields.operations, (document, node) =>
      readVariant(document, node, operations),
    ),
  };
}

function readStringSet(document: JsonDocument, node: JsonNode): string[] {
  return [...new Set(readStrings(document, node))].toSorted(compareUtf8);
}

/** The resources as a set, in the order in which the original keeps them. */
function readResources(document: JsonDocument, node: JsonNode): ContextAwareResource[] {
  const resources = readList(document, node, readResource).toSorted(compareResources);
  return resources.filter(
    (resource, index) => index === 0 || compareResources(resources[index - 1]!, resource) !== 0,
  );
}

function compareResources(left: ContextAwareResource, right: ContextAwareResource): number {
  return compareUtf8(left.apiVersion, right.apiVersion) || compareUtf8(left.kind, right.kind);
}

function readResource(document: JsonDocument, node: JsonNode): ContextAwareResource {
  const { apiVersion, kind } = resourceFields.require(document, node);
  return { apiVersion: readString(document, apiVersion), kind: readString(document, kind) };
}

function readVersion(document: JsonDocument, node: JsonNode): string {
  const text = readString(document, node);
  if (!isStrictVersion(text)) {
    throw shapeError(document, node, `\`${text.slice(0, 64)}\` is not a semantic version`);
  }
  return text;
}
