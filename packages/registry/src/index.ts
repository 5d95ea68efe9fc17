export { defaultDownloadLimits, type DownloadLimits } from './download-limits.ts';
export {
  InvalidPolicyFileError,
  PolicyFetchError,
  PolicyLocationError,
  PolicyStoreError,
  RegistryUnsupportedError,
  SourcesError,
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
