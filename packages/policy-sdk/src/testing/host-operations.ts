/** What goes over the wire for each host capability: what a policy asks, and what the host answers. */
export interface HostOperations {
  'cache/get': { request: { key: string }; response: { code: number; message: string; value: number[] } };
  'cache/set': {
    request: { key: string; value: number[]; ttl: number };
    response: { code: number; message: string };
  };
  'crypto/v1/is_certificate_trusted': {
    request: { cert: WireCertificate; cert_chain: WireCertificate[] | null; not_after: string | null };
    response: { trusted: boolean; reason: string };
  };
  'kubernetes/can_i': {
    request: {
      subject_access_review: {
        user: string;
        groups?: string[];
        resource_attributes: {
          verb: string;
          resource: string;
          group?: string;
          name?: string;
          namespace?: string;
          subresource?: string;
          version?: string;
        };
      };
      disable_cache: boolean;
    };
    response: { allowed: boolean; denied?: boolean; reason?: string; evaluationError?: string };
  };
  'kubernetes/get_resource': {
    request: {
      api_version: string;
      kind: string;
      name: string;
      namespace?: string;
      disable_cache: boolean;
      field_masks?: string[];
    };
    response: object;
  };
  'kubernetes/list_resources_all': { request: WireListQuery; response: { items: object[] } };
  'kubernetes/list_resources_by_namespace': {
    request: WireListQuery & { namespace: string };
    response: { items: object[] };
  };
  'net/v1/dns_lookup_host': { request: string; response: { ips: string[] } };
  'oci/v1/manifest_digest': { request: string; response: { digest: string } };
  'oci/v1/oci_manifest': { request: string; response: object };
  'oci/v1/oci_manifest_config': {
    request: string;
    response: { manifest: object; digest: string; config: object };
  };
  'oci/v1/verify': { request: Record<string, object>; response: WireVerification };
  'oci/v2/verify': { request: { type: string; image: string }; response: WireVerification };
}

interface WireCertificate {
  encoding: 'Pem' | 'Der';
  data: number[];
}

interface WireListQuery {
  api_version: string;
  kind: string;
  label_selector?: string;
  field_selector?: string;
  field_masks?: string[];
}

interface WireVerification {
  is_trusted: boolean;
  digest: string;
}
