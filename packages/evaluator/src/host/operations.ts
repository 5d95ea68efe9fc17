import {
  decodePayload,
  invalidType,
  keyEnd,
  parsePayload,
  shapeError,
  string,
  unknownVariant,
} from './payload.ts';
import { canIPayload, certificateVerificationPayload, decodeRequest } from './request-fields.ts';
import type { HostRequest, HostRequestType } from './request.ts';

/**
 * Turns the payload of one operation into a request.
 *
 * @throws HostCallError with serde's text when the payload is not what the operation takes
 */
type HostCallDecoder = (payload: Uint8Array) => HostRequest;

type Operations = ReadonlyMap<string, HostCallDecoder>;

/** All operations but `tracing/log`: namespace → operation → decoder. */
export const hostOperations: ReadonlyMap<string, Operations> = new Map<string, Operations>([
  [
    'oci',
    new Map([
      ['v1/verify', decodeVerificationV1],
      ['v2/verify', decodeVerificationV2],
      ['v1/manifest_digest', ofString((image) => ({ type: 'OciManifestDigest', image }))],
      ['v1/oci_manifest', ofString((image) => ({ type: 'OciManifest', image }))],
      ['v1/oci_manifest_config', ofString((image) => ({ type: 'OciManifestAndConfig', image }))],
    ]),
  ],
  ['net', new Map([['v1/dns_lookup_host', ofString((host) => ({ type: 'DNSLookupHost', host }))]])],
  ['crypto', new Map([['v1/is_certificate_trusted', decodeCertificateVerification]])],
  [
    'kubernetes',
    new Map([
      ['list_resources_by_namespace', ofFields('KubernetesListResourceNamespace')],
      ['list_resources_all', ofFields('KubernetesListResourceAll')],
      ['get_resource', ofFields('KubernetesGetResource')],
      ['can_i', decodeCanI],
    ]),
  ],
  [
    'cache',
    new Map([
      ['set', ofFields('CacheSet')],
      ['get', ofFields('CacheGet')],
    ]),
  ],
]);

function ofString(request: (text: string) => HostRequest): HostCallDecoder {
  return (payload) => request(decodePayload(payload, string));
}

/** For operations whose payload is the request itself. */
function ofFields(type: HostRequestType): HostCallDecoder {
  return (payload) => decodeRequest(type, { document: parsePayload(payload), positions: true }, 0);
}

function decodeCertificateVerification(payload: Uint8Array): HostRequest {
  return {
    type: 'CryptoIsCertificateTrusted',
    request: decodePayload(payload, certificateVerificationPayload),
  };
}

function decodeCanI(payload: Uint8Array): HostRequest {
  const { subject_access_review: request, disable_cache } = decodePayload(payload, canIPayload);
  return { type: 'KubernetesCanI', request, disable_cache };
}

const verificationsV1 = ['SigstorePubKeyVerify', 'SigstoreKeylessVerify'] as const;
const verificationsV2 = [
  ...verificationsV1,
  'SigstoreKeylessPrefixVerify',
  'SigstoreGithubActionsVerify',
  'SigstoreCertificateVerify',
] as const;

/** `{"SigstorePubKeyVerify": {…}}`: the tag is the only key. */
function decodeVerificationV1(payload: Uint8Array): HostRequest {
  const document = parsePayload(payload);
  const context = { document, positions: true };
  const members = document.kind(0) === 'object' ? document.members(0) : [];
  const [member] = members;
  if (member === undefined) throw shapeError(context, 'expected value', document.end(0));
  const type = verificationsV1.find((name) => name === member.name);
  if (type === undefined) {
    throw unknownVariant(context, member.name, verificationsV1, keyEnd(document, member.value));
  }
  const request = decodeRequest(type, context, member.value);
  if (members.length > 1) throw shapeError(context, 'expected value', document.end(member.value));
  return request;
}

/** `{"type": "SigstorePubKeyVerify", …}`: serde buffers the object to find the tag, and loses the positions. */
function decodeVerificationV2(payload: Uint8Array): HostRequest {
  const document = parsePayload(payload);
  const context = { document, positions: true };
  const tag = document.member(0, 'type');
  if (document.kind(0) !== 'object') {
    throw invalidType(context, 0, 'internally tagged enum SigstoreVerificationInputV2');
  }
  if (tag === undefined) throw shapeError(context, 'missing field `type`', document.end(0));
  if (document.kind(tag) !== 'string') throw invalidType(context, tag, 'variant identifier');
  const name = document.string(tag);
  const type = verificationsV2.find((known) => known === name);
  if (type === undefined) throw unknownVariant(context, name, verificationsV2, document.end(tag));
  return decodeRequest(type, { document, positions: false }, 0);
}
