import { canonicalWriter } from '../json/canonical.ts';
import { parseTransient, type JsonDocument, type JsonNode } from '../json/document.ts';
import {
  absent,
  compact,
  Fields,
  optional,
  readBoolean,
  readList,
  readRecord,
  readString,
  type Located,
} from '../json/shape.ts';
import type { AdmissionRequest, GroupVersionKind, GroupVersionResource } from './request.ts';

// The names of all fields below are in byte order, in which they are printed.

const reviewFields = new Fields('struct AdmissionReviewRequest', ['apiVersion', 'kind', 'request']);

const requestFields = new Fields('struct AdmissionRequest', [
  'dryRun',
  'kind',
  'name',
  'namespace',
  'object',
  'oldObject',
  'operation',
  'options',
  'requestKind',
  'requestResource',
  'requestSubResource',
  'resource',
  'subResource',
  'uid',
  'userInfo',
]);
const requiredFields = ['uid', 'kind', 'resource', 'operation', 'userInfo'] as const;

const kindFields = new Fields('struct GroupVersionKind', ['group', 'kind', 'version']);
const resourceFields = new Fields('struct GroupVersionResource', ['group', 'resource', 'version']);
const userInfoFields = new Fields('UserInfo', ['extra', 'groups', 'uid', 'username']);

type RequestFields = typeof requestFields extends Fields<infer Name> ? Located<Name> : never;

/**
 * Decodes the body of an AdmissionReview (`admission.k8s.io`, any version): the request is checked as strictly
 * as the original does and re-encoded as guests see it, after one scan of the bytes.
 *
 * @param body UTF-8
 * @throws JsonSyntaxError if the body is not JSON
 * @throws JsonShapeError naming the field, if it is not an AdmissionReview with a request
 */
export function decodeAdmissionReview(body: Uint8Array): AdmissionRequest {
  const document = parseTransient(body);
  const { apiVersion, kind, request } = reviewFields.require(document, document.root, ['request']);
  optional(document, apiVersion, readString);
  optional(document, kind, readString);
  return decodeAdmissionRequest(document, request);
}

/**
 * Decodes an AdmissionRequest that is a part of a document.
 *
 * @throws JsonShapeError naming the field that is wrong
 */
export function decodeAdmissionRequest(document: JsonDocument, node: JsonNode): AdmissionRequest {
  const fields = requestFields.require(document, node, requiredFields);
  optional(document, fields.dryRun, readBoolean);
  optional(document, fields.requestResource, readResource);
  optional(document, fields.requestSubResource, readString);
  checkUserInfo(document, fields.userInfo);
  return compact({
    uid: readString(document, fields.uid),
    kind: readKind(document, fields.kind),
    resource: readResource(document, fields.resource),
    subResource: optional(document, fields.subResource, readString),
    requestKind: optional(document, fields.requestKind, readKind),
    name: optional(document, fields.name, readString),
    namespace: optional(document, fields.namespace, readString),
    operation: readString(document, fields.operation),
    ...encode(document, fields),
  });
}

function readKind(document: JsonDocument, node: JsonNode): GroupVersionKind {
  const { group, version, kind } = kindFields.require(document, node);
  return {
    group: readString(document, group),
    version: readString(document, version),
    kind: readString(document, kind),
  };
}

function readResource(document: JsonDocument, node: JsonNode): GroupVersionResource {
  const { group, version, resource } = resourceFields.require(document, node);
  return {
    group: readString(document, group),
    version: readString(document, version),
    resource: readString(document, resource),
  };
}

function checkUserInfo(document: JsonDocument, node: JsonNode): void {
  const { extra, groups, uid, username } = userInfoFields.locate(document, node);
  optional(document, extra, (document, node) => readRecord(document, node, readStrings));
  optional(document, groups, readStrings);
  optional(document, uid, readString);
  optional(document, username, readString);
}

function readStrings(document: JsonDocument, node: JsonNode): string[] {
  return readList(document, node, readString);
}

/** Prints the checked request; only the object types with known fields need more than a canonical copy. */
function encode(
  document: JsonDocument,
  fields: RequestFields,
): { json: Uint8Array; object: Uint8Array | undefined } {
  const writer = canonicalWriter;
  writer.begin(document.bytes, document.tape);
  let objectStart = 0;
  let objectEnd = 0;
  let first = true;
  writer.byte(0x7b);
  for (const name in fields) {
    const value = fields[name as keyof RequestFields];
    if (value === absent || document.isNull(value)) continue;
    writer.key(value, first);
    first = false;
    switch (name) {
      case 'kind':
      case 'requestKind':
        writer.objectOf(Object.values(kindFields.locate(document, value)));
        break;
      case 'resource':
      case 'requestResource':
        writer.objectOf(Object.values(resourceFields.locate(document, value)));
        break;
      case 'userInfo':
        writer.objectOf(presentFields(document, userInfoFields.locate(document, value)));
        break;
      case 'object':
        objectStart = writer.length;
        writer.node(value);
        objectEnd = writer.length;
        break;
      default:
        writer.node(value);
    }
  }
  writer.byte(0x7d);
  const json = writer.finish();
  return { json, object: objectEnd === 0 ? undefined : json.subarray(objectStart, objectEnd) };
}

function presentFields(document: JsonDocument, fields: Located<string>): JsonNode[] {
  return Object.values(fields).filter((value) => value !== absent && !document.isNull(value));
}
