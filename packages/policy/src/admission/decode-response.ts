import { canonicalJson } from '../json/canonical.ts';
import { JsonDocument, parseTransient, type JsonNode } from '../json/document.ts';
import {
  compact,
  Fields,
  optional,
  readBoolean,
  readInteger,
  readList,
  readRecord,
  readString,
  readVariant,
} from '../json/shape.ts';
import { causeReasons, patchTypes, statusReasons, statusValues } from './response-values.ts';
import type { AdmissionResponse, AdmissionResponseStatus, StatusCause, StatusDetails } from './response.ts';
import type { SettingsValidationResponse, ValidationResponse } from './validation-response.ts';

const validationFields = new Fields('struct ValidationResponse', [
  'accepted',
  'message',
  'code',
  'mutated_object',
  'audit_annotations',
  'warnings',
]);
const settingsFields = new Fields('struct SettingsValidationResponse', ['valid', 'message']);
const responseFields = new Fields('struct AdmissionResponse', [
  'uid',
  'allowed',
  'patchType',
  'patch',
  'status',
  'auditAnnotations',
  'warnings',
]);
const statusFields = new Fields('struct AdmissionResponseStatus', [
  'status',
  'message',
  'reason',
  'details',
  'code',
]);
const detailsFields = new Fields('struct StatusDetails', [
  'name',
  'group',
  'kind',
  'uid',
  'causes',
  'retryAfterSeconds',
  'retry_after_seconds',
]);
const causeFields = new Fields('struct StatusCause', ['reason', 'message', 'field']);

/**
 * Decodes what a waPC or WASI guest answers to `validate`.
 *
 * @param answer UTF-8
 * @throws JsonSyntaxError if the answer is not JSON
 * @throws JsonShapeError if it is no validation response; the message is that of the original
 */
export function decodeValidationResponse(answer: Uint8Array): ValidationResponse {
  const document = parseTransient(answer);
  const fields = validationFields.require(document, document.root, ['accepted']);
  return compact({
    accepted: readBoolean(document, fields.accepted),
    message: optional(document, fields.message, readString),
    code: optional(document, fields.code, readCode),
    mutatedObject: optional(document, fields.mutated_object, canonicalJson),
    auditAnnotations: optional(document, fields.audit_annotations, readStringRecord),
    warnings: optional(document, fields.warnings, readStrings),
  });
}

/**
 * Decodes what a waPC or WASI guest answers to `validate_settings`.
 *
 * @param answer UTF-8
 * @throws JsonSyntaxError if the answer is not JSON
 * @throws JsonShapeError if it is no settings validation response
 */
export function decodeSettingsValidationResponse(answer: Uint8Array): SettingsValidationResponse {
  const document = parseTransient(answer);
  const fields = settingsFields.require(document, document.root, ['valid']);
  return compact({
    valid: readBoolean(document, fields.valid),
    message: optional(document, fields.message, readString),
  });
}

/**
 * Decodes an AdmissionResponse, as an OPA policy returns it. `retryAfterSeconds` may also be spelled
 * `retry_after_seconds`, as the original does. A patch type without patch, which Kubernetes refuses, is
 * dropped.
 *
 * @param source UTF-8, or a document of which `node` is decoded
 * @throws JsonSyntaxError if the text is not JSON
 * @throws JsonShapeError if `uid` or `allowed` is missing, or a field is wrong
 */
export function decodeAdmissionResponse(
  source: Uint8Array | JsonDocument,
  node: JsonNode = 0,
): AdmissionResponse {
  const document = source instanceof JsonDocument ? source : parseTransient(source);
  const fields = responseFields.require(document, node, ['uid', 'allowed']);
  optional(document, fields.patchType, (document, node) => readVariant(document, node, patchTypes));
  return compact({
    uid: readString(document, fields.uid),
    allowed: readBoolean(document, fields.allowed),
    patch: optional(document, fields.patch, readString),
    status: optional(document, fields.status, readStatus),
    auditAnnotations: optional(document, fields.auditAnnotations, readStringRecord),
    warnings: optional(document, fields.warnings, readStrings),
  });
}

function readStatus(document: JsonDocument, node: JsonNode): AdmissionResponseStatus {
  const fields = statusFields.locate(document, node);
  return compact({
    status: optional(document, fields.status, (document, node) => readVariant(document, node, statusValues)),
    message: optional(document, fields.message, readString),
    reason: optional(document, fields.reason, (document, node) => readVariant(document, node, statusReasons)),
    details: optional(document, fields.details, readDetails),
    code: optional(document, fields.code, readCode),
  });
}

function readDetails(document: JsonDocument, node: JsonNode): StatusDetails {
  const fields = detailsFields.require(document, node, ['causes']);
  return compact({
    name: optional(document, fields.name, readString),
    group: optional(document, fields.group, readString),
    kind: optional(document, fields.kind, readString),
    uid: optional(document, fields.uid, readString),
    causes: readList(document, fields.causes, readCause),
    retryAfterSeconds:
      optional(document, fields.retryAfterSeconds, readSeconds) ??
      optional(document, fields.retry_after_seconds, readSeconds),
  });
}

function readCause(document: JsonDocument, node: JsonNode): StatusCause {
  const fields = causeFields.locate(document, node);
  const reason = optional(document, fields.reason, (document, node) =>
    readVariant(document, node, causeReasons),
  );
  return {
    reason: reason ?? null,
    message: optional(document, fields.message, readString) ?? null,
    field: optional(document, fields.field, readString) ?? null,
  };
}

function readCode(document: JsonDocument, node: JsonNode): number {
  return readInteger(document, node, 'u16', 0, 0xffff);
}

function readSeconds(document: JsonDocument, node: JsonNode): number {
  return readInteger(document, node, 'i32', -(2 ** 31), 2 ** 31 - 1);
}

function readStrings(document: JsonDocument, node: JsonNode): string[] {
  return readList(document, node, readString);
}

function readStringRecord(document: JsonDocument, node: JsonNode): Record<string, string> {
  return readRecord(document, node, readString);
}
