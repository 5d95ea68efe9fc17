export { executionModes, isRegoMode, type ExecutionMode } from './execution-mode.ts';
export type { JsonObject, JsonValue } from './json/value.ts';
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
export type { ContextAwareResource, Metadata, Operation, Rule } from './metadata/metadata.ts';
