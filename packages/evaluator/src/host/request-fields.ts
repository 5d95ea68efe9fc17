import type { JsonNode } from '@kubewarden/policy';
import {
  boolean,
  bytes,
  list,
  oneOf,
  optional,
  string,
  stringMap,
  struct,
  unsigned,
  type Decoder,
  type Payload,
} from './payload.ts';
import type {
  CertificateVerificationRequest,
  HostRequest,
  HostRequestType,
  SubjectAccessReview,
} from './request.ts';

/** The fields of a request, without its type. */
type RequestFields<T extends HostRequestType> = Omit<Extract<HostRequest, { readonly type: T }>, 'type'>;

const annotations = optional(stringMap);

const listQuery = {
  api_version: string,
  kind: string,
  label_selector: optional(string),
  field_selector: optional(string),
  field_masks: optional(list(string)),
};

const certificate = struct('Certificate', { encoding: oneOf('Der', 'Pem'), data: bytes });

const certificateVerification: Decoder<CertificateVerificationRequest> = struct(
  'CertificateVerificationRequest',
  {
    cert: certificate,
    cert_chain: optional(list(certificate)),
    // The JavaScript SDK leaves it out, which the original refuses; some send an empty string for "now".
    not_after: optional((payload, node) => string(payload, node) || undefined),
  },
);

const subjectAccessReview: Decoder<SubjectAccessReview> = struct(
  'SubjectAccessReview',
  {
    groups: optional(list(string)),
    resource_attributes: struct('ResourceAttributes', {
      group: optional(string),
      name: optional(string),
      namespace: optional(string),
      resource: string,
      subresource: optional(string),
      verb: string,
      version: optional(string),
    }),
    user: string,
  },
  // The spelling of the Go SDK, which the original refuses.
  new Map([['resourceAttributes', 'resource_attributes']]),
);

/**
 * How the fields of each request are read, from the payload of a host call or from a recorded session.
 *
 * The names in quotes are those of the original's types, which appear in its messages.
 */
const requestFields: { readonly [T in HostRequestType]: Decoder<RequestFields<T>> } = {
  OciManifestDigest: struct('OciManifestDigest', { image: string }),
  OciManifest: struct('OciManifest', { image: string }),
  OciManifestAndConfig: struct('OciManifestAndConfig', { image: string }),
  SigstorePubKeyVerify: struct('SigstorePubKeyVerify', {
    image: string,
    pub_keys: list(string),
    annotations,
  }),
  SigstoreKeylessVerify: struct('SigstoreKeylessVerify', {
    image: string,
    keyless: list(struct('KeylessInfo', { issuer: string, subject: string })),
    annotations,
  }),
  SigstoreKeylessPrefixVerify: struct('SigstoreKeylessPrefixVerify', {
    image: string,
    keyless_prefix: list(struct('KeylessPrefixInfo', { issuer: string, url_prefix: string })),
    annotations,
  }),
  SigstoreGithubActionsVerify: struct('SigstoreGithubActionsVerify', {
    image: string,
    owner: string,
    repo: optional(string),
    annotations,
  }),
  SigstoreCertificateVerify: struct('SigstoreCertificateVerify', {
    image: string,
    certificate: bytes,
    certificate_chain: optional(list(bytes)),
    require_rekor_bundle: boolean,
    annotations,
  }),
  DNSLookupHost: struct('DNSLookupHost', { host: string }),
  CryptoIsCertificateTrusted: struct('CryptoIsCertificateTrusted', { request: certificateVerification }),
  KubernetesListResourceNamespace: struct('ListResourcesByNamespaceRequest', {
    ...listQuery,
    namespace: string,
  }),
  KubernetesListResourceAll: struct('ListAllResourcesRequest', listQuery),
  KubernetesGetResource: struct('GetResourceRequest', {
    api_version: string,
    kind: string,
    name: string,
    namespace: optional(string),
    disable_cache: boolean,
    field_masks: optional(list(string)),
  }),
  KubernetesGetResourcePluralName: struct('KubernetesGetResourcePluralName', {
    api_version: string,
    kind: string,
  }),
  HasKubernetesListResourceAllResultChangedSinceInstant: struct(
    'HasKubernetesListResourceAllResultChangedSinceInstant',
    { ...listQuery, since: struct('Duration', { secs: unsigned, nanos: unsigned }) },
  ),
  KubernetesCanI: struct('KubernetesCanI', { request: subjectAccessReview, disable_cache: boolean }),
  CacheSet: struct('CacheSet', { key: string, value: bytes, ttl: unsigned }),
  CacheGet: struct('CacheGet', { key: string }),
};

/**
 * Reads the fields of a request.
 *
 * @throws HostCallError if they are not those of the type
 */
export function decodeRequest(type: HostRequestType, payload: Payload, node: JsonNode): HostRequest {
  const decoder: Decoder<object> = requestFields[type];
  // The table pairs each type with its fields, which the compiler cannot follow through a variable.
  return { type, ...decoder(payload, node) } as HostRequest;
}

/** The names of all types. */
export const hostRequestTypes = Object.keys(requestFields) as readonly HostRequestType[];

/** The payload of `crypto/v1/is_certificate_trusted`: the request without a wrapper. */
export const certificateVerificationPayload = certificateVerification;

/** The payload of `kubernetes/can_i`. */
export const canIPayload = struct('CanIRequest', {
  subject_access_review: subjectAccessReview,
  disable_cache: boolean,
});
