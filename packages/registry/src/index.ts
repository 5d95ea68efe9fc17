export { type AnnotationWarning, policyAnnotations, type PolicyAnnotations } from './artifact/annotations.ts';
export {
  pushPolicy,
  type PolicySource,
  type PushedPolicy,
  type PushPolicyOptions,
} from './artifact/push-policy.ts';
export { readRemotePolicy, type RemoteMetadata, type RemotePolicy } from './artifact/remote-policy.ts';
export { verifiedLayer, type VerifiedManifest } from './artifact/verified-layer.ts';
export type { Credential, CredentialSource } from './credentials/credential.ts';
export { dockerCredentials, type DockerCredentialsOptions } from './credentials/docker-credentials.ts';
export {
  DigestMismatchError,
  InvalidPolicyFileError,
  NotAuthorizedError,
  NotInRegistryError,
  PolicyArchiveError,
  PolicyFetchError,
  PolicyPushError,
  PolicyStoreError,
  RegistryError,
  RegistryUnreachableError,
  SourcesError,
  UnsupportedManifestError,
} from './errors.ts';
export {
  type FetchDestination,
  type FetchedPolicy,
  fetchPolicy,
  type FetchPolicyOptions,
} from './fetch-policy.ts';
export { maximumPolicyBytes } from './policy-file.ts';
export { readSources } from './read-sources.ts';
export { noSources, type Sources } from './sources.ts';
export { type ArchiveLimits, defaultArchiveLimits } from './store/archive-limits.ts';
export { hashFile, type PolicySummary } from './store/facts.ts';
export { findPolicyBySha256, findPolicyByUri } from './store/find.ts';
export { listPolicies, type StoredPolicy, type StoreEntry, type UnreadableEntry } from './store/list.ts';
export { type LoadedArchive, loadPolicies } from './store/load.ts';
export { storePath } from './store/paths.ts';
export { removePolicy } from './store/remove.ts';
export { defaultStoreRoot } from './store/root.ts';
export { savePolicies } from './store/save.ts';
export { writeAtomically } from './store/write.ts';
export { type Artifact, attachArtifact, type Subject } from './oci/attach.ts';
export { createRegistryClient, type RegistryClientOptions } from './oci/client.ts';
export type {
  Descriptor,
  FetchedImageIndex,
  FetchedImageManifest,
  FetchedManifest,
  ImageIndex,
  ImageManifest,
  IndexEntry,
  Platform,
} from './oci/manifest.ts';
export type {
  BlobContent,
  CallOptions,
  RegistryClient,
  TransferOptions,
  TransferProgress,
} from './oci/registry-client.ts';
export * from './reference/index.ts';
export { type Proxies, proxiesFromEnvironment, proxyFor } from './transport/proxies.ts';
export { defaultTransferLimits, type TransferLimits } from './transport/transfer-limits.ts';
