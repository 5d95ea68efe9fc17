import { Document, Scalar } from 'yaml';
import type {
  Certificate,
  CertificateVerificationRequest,
  HostRequest,
  HostRequestType,
  SubjectAccessReview,
} from '../host/request.ts';
import { TranscriptError, type HostExchange } from './exchange.ts';

/**
 * Writes the session file of `kwctl run --record-host-capabilities-interactions`, in the original's layout:
 * absent fields are written as `null`, since some of them the original wants to see.
 *
 * @throws TranscriptError if a payload is not UTF-8
 */
export function formatTranscript(exchanges: readonly HostExchange[]): string {
  const document = new Document(
    exchanges.map(({ request, response }) => ({
      type: 'Exchange',
      request: literal(formatRequest(request)),
      response:
        response.type === 'Error' ? response : { type: 'Success', payload: decodePayload(response.payload) },
    })),
  );
  return document.toString({ lineWidth: 0, singleQuote: true });
}

function formatRequest(request: HostRequest): string {
  const document = new Document(fieldsOf(request));
  document.contents!.tag = `!${request.type}`;
  return document.toString({ lineWidth: 0, singleQuote: true });
}

function literal(text: string): Scalar<string> {
  const scalar = new Scalar(text);
  scalar.type = Scalar.BLOCK_LITERAL;
  return scalar;
}

function decodePayload(payload: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
  } catch (error) {
    throw new TranscriptError('cannot convert response payload to utf8', { cause: error });
  }
}

type FieldsOf<T extends HostRequestType> = Exclude<keyof Extract<HostRequest, { readonly type: T }>, 'type'>;

/** All fields of each type, in the original's order. */
const fieldOrder: { readonly [T in HostRequestType]: readonly FieldsOf<T>[] } = {
  OciManifestDigest: ['image'],
  OciManifest: ['image'],
  OciManifestAndConfig: ['image'],
  SigstorePubKeyVerify: ['image', 'pub_keys', 'annotations'],
  SigstoreKeylessVerify: ['image', 'keyless', 'annotations'],
  SigstoreKeylessPrefixVerify: ['image', 'keyless_prefix', 'annotations'],
  SigstoreGithubActionsVerify: ['image', 'owner', 'repo', 'annotations'],
  SigstoreCertificateVerify: [
    'image',
    'certificate',
    'certificate_chain',
    'require_rekor_bundle',
    'annotations',
  ],
  DNSLookupHost: ['host'],
  KubernetesListResourceNamespace: [
    'api_version',
    'kind',
    'namespace',
    'label_selector',
    'field_selector',
    'field_masks',
  ],
  KubernetesListResourceAll: ['api_version', 'kind', 'label_selector', 'field_selector', 'field_masks'],
  KubernetesGetResource: ['api_version', 'kind', 'name', 'namespace', 'disable_cache', 'field_masks'],
  KubernetesGetResourcePluralName: ['api_version', 'kind'],
  HasKubernetesListResourceAllResultChangedSinceInstant: [
    'api_version',
    'kind',
    'label_selector',
    'field_selector',
    'field_masks',
    'since',
  ],
  KubernetesCanI: ['request', 'disable_cache'],
  CryptoIsCertificateTrusted: ['request'],
  CacheSet: ['key', 'value', 'ttl'],
  CacheGet: ['key'],
};

const certificateFields: readonly (keyof Certificate)[] = ['encoding', 'data'];
const verificationFields: readonly (keyof CertificateVerificationRequest)[] = [
  'cert',
  'cert_chain',
  'not_after',
];
const reviewFields: readonly (keyof SubjectAccessReview)[] = ['groups', 'resource_attributes', 'user'];
const attributeFields: readonly (keyof SubjectAccessReview['resource_attributes'])[] = [
  'group',
  'name',
  'namespace',
  'resource',
  'subresource',
  'verb',
  'version',
];

function fieldsOf(request: HostRequest): Record<string, unknown> {
  const fields = ordered(request, fieldOrder[request.type]);
  if (request.type === 'CryptoIsCertificateTrusted') {
    const { cert, cert_chain: chain } = request.request;
    fields['request'] = {
      ...ordered(request.request, verificationFields),
      cert: ordered(cert, certificateFields),
      ...(chain !== undefined && { cert_chain: chain.map((link) => ordered(link, certificateFields)) }),
    };
  } else if (request.type === 'KubernetesCanI') {
    fields['request'] = {
      ...ordered(request.request, reviewFields),
      resource_attributes: ordered(request.request.resource_attributes, attributeFields),
    };
  }
  return fields;
}

function ordered(object: object, names: readonly string[]): Record<string, unknown> {
  const values = new Map(Object.entries(object));
  return Object.fromEntries(names.map((name) => [name, values.get(name) ?? null]));
}
