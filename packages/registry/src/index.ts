export { defaultDownloadLimits, type DownloadLimits } from './download-limits.ts';
export {
  DigestMismatchError,
  InvalidPolicyFileError,
  InvalidReferenceError,
  NotAuthorizedError,
  NotInRegistryError,
  PolicyFetchError,
  PolicyLocationError,
  PolicyStoreError,
  RegistryError,
  RegistryUnreachableError,
  RegistryUnsupportedError,
  SourcesError,
  UnsupportedManifestError,
} from './errors.ts';
export {
  type FetchDestination,
  type FetchedPolicy,
  fetchPolicy,
  type FetchPolicyOptions,
} from './fetch-policy.ts';
export {
  type FileLocation,
  parsePolicyLocation,
  type PolicyLocation,
  type RegistryLocation,
  type WebLocation,
} from './location.ts';
export { type Proxies, proxiesFromEnvironment, proxyFor } from './proxies.ts';
export { readSources } from './read-sources.ts';
export { noSources, type Sources } from './sources.ts';
export { defaultStoreRoot, storePath, writeAtomically } from './store.ts';
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
export {
  formatImageReference,
  imageByDigest,
  type ImageReference,
  parseImageReference,
} from './reference/image-reference.ts';
