import type { HostAnswerer, HostRequestType } from '@kubewarden/evaluator';
import type { RegistryClient } from '@kubewarden/registry';
import type { Verifier } from '@kubewarden/signatures';
import { PolicyCache } from './cache/policy-cache.ts';
import type { Capability } from './capability.ts';
import { createCertificateTrust } from './certificate-trust/capability.ts';
import { createDnsLookup, type AddressLookup } from './dns.ts';
import { createManifestCapabilities, type ManifestCapabilities } from './oci/manifests.ts';
import { RegistryAnswers } from './registry-answers/registry-answers.ts';
import { createVerificationCapabilities, type VerificationCapabilities } from './sigstore/verification.ts';
import { unavailable } from './unavailable.ts';

export interface CapabilitiesOptions {
  /**
   * Gives the client for `oci/v1/manifest_digest` and its like. Called when a policy asks, and again for every
   * further question; closing the client is up to the owner. Default: these capabilities are not available.
   */
  readonly registry?: () => Promise<RegistryClient>;
  /** Gives the verifier for `oci/v1/verify` and `oci/v2/verify`, on the same terms as `registry`. */
  readonly verifier?: () => Promise<Verifier>;
  /** Milliseconds since 1970, for the validity of certificates. Default: the clock of the machine. */
  readonly now?: () => number;
  /** Resolves host names. Default: the machine's resolver (`getaddrinfo`). */
  readonly lookup?: AddressLookup;
}

export interface Capabilities {
  readonly answer: HostAnswerer;
  /** Stops timers and forgets what is cached. */
  readonly dispose: () => void;
}

type CapabilityTable = { readonly [T in HostRequestType]: Capability<T> };

/** The host capabilities on Node: one row for every request that a policy can make. */
export function createCapabilities(options: CapabilitiesOptions = {}): Capabilities {
  const cache = new PolicyCache();
  const answers = new RegistryAnswers();
  const table: CapabilityTable = {
    DNSLookupHost: createDnsLookup(options.lookup),
    CryptoIsCertificateTrusted: createCertificateTrust(options.now ?? Date.now),
    CacheGet: (request, caller) => cache.get(request, caller),
    CacheSet: (request, caller) => cache.set(request, caller),
    ...(options.registry ? createManifestCapabilities(options.registry, answers) : noManifests),
    ...(options.verifier ? createVerificationCapabilities(options.verifier, answers) : noVerification),
    KubernetesListResourceNamespace: unavailable(
      'kubernetes/list_resources_by_namespace',
      'read from a Kubernetes cluster',
    ),
    KubernetesListResourceAll: unavailable('kubernetes/list_resources_all', 'read from a Kubernetes cluster'),
    KubernetesGetResource: unavailable('kubernetes/get_resource', 'read from a Kubernetes cluster'),
    KubernetesGetResourcePluralName: unavailable(
      'context-aware data for Rego',
      'read from a Kubernetes cluster',
    ),
    HasKubernetesListResourceAllResultChangedSinceInstant: unavailable(
      'context-aware data for Rego',
      'read from a Kubernetes cluster',
    ),
    KubernetesCanI: unavailable('kubernetes/can_i', 'ask a Kubernetes cluster for permissions'),
  };
  return {
    answer: (request, caller) => {
      // The table pairs each type with its capability, which the compiler cannot follow through a variable.
      const capability = table[request.type] as Capability<HostRequestType>;
      return capability(request, caller);
    },
    dispose: () => {
      cache.dispose();
      answers.dispose();
    },
  };
}

const noManifests: ManifestCapabilities = {
  OciManifestDigest: unavailable('oci/v1/manifest_digest', 'read from OCI registries'),
  OciManifest: unavailable('oci/v1/oci_manifest', 'read from OCI registries'),
  OciManifestAndConfig: unavailable('oci/v1/oci_manifest_config', 'read from OCI registries'),
};

const cannotVerify = unavailable('oci/v2/verify', 'verify image signatures');

const noVerification: VerificationCapabilities = {
  SigstorePubKeyVerify: cannotVerify,
  SigstoreKeylessVerify: cannotVerify,
  SigstoreKeylessPrefixVerify: cannotVerify,
  SigstoreGithubActionsVerify: cannotVerify,
  SigstoreCertificateVerify: cannotVerify,
};
