export {
  declaredModeProblem,
  determineExecutionMode,
  executionModes,
  ExecutionModeError,
  isRegoMode,
  isRegoModule,
  type ExecutionMode,
} from './execution-mode.ts';
export { hostCapabilityPaths, type HostCapabilityPath } from './host-capabilities.ts';
export { canonicalJson } from './json/canonical.ts';
export {
  JsonDocument,
  parseJson,
  parseJsonValue,
  type JsonKind,
  type JsonMember,
  type JsonNode,
} from './json/document.ts';
export { JsonShapeError, JsonSyntaxError, type JsonPosition } from './json/errors.ts';
export { compareUtf8, quoteString } from './json/strings.ts';
export type { JsonObject, JsonValue } from './json/value.ts';
export { formatJson, writeJson } from './json/write.ts';
export { decodeAdmissionRequest, decodeAdmissionReview } from './admission/decode-request.ts';
export {
  decodeAdmissionResponse,
  decodeSettingsValidationResponse,
  decodeValidationResponse,
} from './admission/decode-response.ts';
export {
  encodeAdmissionResponse,
  encodeAdmissionReview,
  encodeRawReview,
  internalError,
  rejection,
} from './admission/encode-response.ts';
export { formatPolicyId, parsePolicyId, PolicyIdError, type PolicyId } from './admission/policy-id.ts';
export { decodeRawRequest, decodeRawReview, rawRequest } from './admission/raw-request.ts';
export { decodeRequestFile, RequestFileError } from './admission/request-file.ts';
export { settingsFromJson, SettingsError } from './settings.ts';
export type {
  AdmissionRequest,
  GroupVersionKind,
  GroupVersionResource,
  RawRequest,
} from './admission/request.ts';
export type {
  AdmissionResponse,
  AdmissionResponseStatus,
  StatusCause,
  StatusDetails,
} from './admission/response.ts';
export type { SettingsValidationResponse, ValidationResponse } from './admission/validation-response.ts';
export { annotationKeys } from './metadata/annotations.ts';
export { decodeMetadata } from './metadata/decode.ts';
export { encodeMetadata, orderMetadata } from './metadata/encode.ts';
export {
  compareHostCapabilities,
  usedHostCapabilities,
  type HostCapabilityMismatch,
} from './metadata/host-capability-scan.ts';
export {
  annotateModule,
  defaultMetadata,
  MetadataError,
  metadataSectionName,
  readMetadata,
} from './metadata/section.ts';
export { validateMetadata, type MetadataProblem } from './metadata/validate.ts';
export {
  cliVersionProblem,
  kubewardenVersion,
  protocolVersionProblem,
  serverVersionProblem,
} from './metadata/version.ts';
export type { ContextAwareResource, Metadata, Operation, Rule } from './metadata/metadata.ts';
export { ByteReader } from './wasm/byte-reader.ts';
export {
  concatBytes,
  encodeName,
  encodeSigned,
  encodeSized,
  encodeUnsigned,
  encodeVector,
} from './wasm/encode.ts';
export { WasmFormatError } from './wasm/errors.ts';
export {
  exportNames,
  functionType,
  readModule,
  type ByteRange,
  type ExternalKind,
  type GlobalType,
  type TableType,
  type WasmExport,
  type WasmImport,
  type WasmModule,
} from './wasm/module.ts';
export {
  appendEntries,
  customContent,
  customSection,
  encodeSection,
  sectionIds,
  walkSections,
  withSection,
  writeModule,
  type SectionContent,
  type WasmSection,
} from './wasm/sections.ts';
export type { DataSegment, ElementSegment } from './wasm/segments.ts';
export {
  valueTypeCode,
  type FunctionType,
  type Limits,
  type ValueType,
  type WasmType,
} from './wasm/types.ts';
