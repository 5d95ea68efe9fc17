/**
 * Every operation that a policy may ask of its host and that can be allowed or denied, as `namespace/operation`
 * in sorted order. `tracing/log`, which is never denied, is not among them.
 */
export const hostCapabilityPaths = [
  'cache/get',
  'cache/set',
  'crypto/v1/is_certificate_trusted',
  'kubernetes/can_i',
  'kubernetes/get_resource',
  'kubernetes/list_resources_all',
  'kubernetes/list_resources_by_namespace',
  'net/v1/dns_lookup_host',
  'oci/v1/manifest_digest',
  'oci/v1/oci_manifest',
  'oci/v1/oci_manifest_config',
  'oci/v1/verify',
  'oci/v2/verify',
] as const;

export type HostCapabilityPath = (typeof hostCapabilityPaths)[number];
