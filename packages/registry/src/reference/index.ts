/**
 * What policies and images are called, where this machine keeps them, and how it reaches others: all that a program
 * needs that may never talk to a registry.
 */
export { InvalidReferenceError, PolicyLocationError } from '../errors.ts';
export {
  formatImageReference,
  imageByDigest,
  type ImageReference,
  parseImageReference,
} from './image-reference.ts';
export {
  type FileLocation,
  parsePolicyLocation,
  type PolicyLocation,
  type RegistryLocation,
  type WebLocation,
} from './location.ts';
export { maximumPolicyBytes } from '../policy-file.ts';
export { defaultStoreRoot } from '../store/root.ts';
export { type Proxies, proxiesFromEnvironment } from '../transport/proxies.ts';
