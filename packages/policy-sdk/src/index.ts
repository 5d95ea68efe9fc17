export {
  definePolicy,
  defineRawPolicy,
  type AnySettings,
  type Policy,
  type PolicyHandlers,
  type PolicyWithoutSchema,
  type PolicyWithSchema,
} from './define-policy.ts';
export type { Awaitable } from './awaitable.ts';
export type {
  AdmissionRequest,
  GroupVersionKind,
  GroupVersionResource,
  UserInfo,
} from './request/admission-request.ts';
export { RequestError } from './request/error.ts';
export {
  accept,
  mutate,
  reject,
  type Rejection,
  type Remarks,
  type ValidationResponse,
} from './response/response.ts';
export { acceptSettings, rejectSettings, type SettingsValidationResponse } from './settings/settings.ts';
export { allContainers, containerLists, type PodContainers } from './pod-spec/containers.ts';
export { extractPodSpec } from './pod-spec/extract.ts';
export { mutatePodSpec } from './pod-spec/mutate.ts';
export type { PodSpec } from './pod-spec/pod-spec.ts';
export type { KubernetesObject, Resource, ResourceTypes } from './kubernetes/resources.ts';
export { HostError } from './host/error.ts';
export { log, type LogFields } from './log.ts';
export type {
  Container,
  EphemeralContainer,
  PodSecurityContext,
  SecurityContext,
  Volume,
} from 'kubernetes-types/core/v1.js';
