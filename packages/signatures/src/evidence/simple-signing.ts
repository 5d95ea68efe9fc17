import type { TransparencyLogEntry } from '@sigstore/bundle';
import type { SimpleSigningLayer } from '../material.ts';
import { isJsonObject, parseJsonObject, stringAt, valueAt } from './json.ts';
import { type LogEvidence, type SignedStatement, UntrustedSignatureError } from './signed-statement.ts';

const names = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  rekorBundle: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

/**
 * Reads a layer of cosign's signature image (sigstore/cosign, `specs/SIGNATURE_SPEC.md`).
 *
 * @param digest of the image; a payload about another one is refused
 * @throws UntrustedSignatureError
 */
export function readSimpleSigningLayer(
  layer: SimpleSigningLayer,
  digest: string,
  origin: string,
): SignedStatement {
  const annotations = readPayload(layer.payload, digest);
  const signature = layer.annotations[names.signature];
  if (signature === undefined) throw new UntrustedSignatureError('it has no signature annotation');
  const certificate = layer.annotations[names.certificate];
  return {
    origin,
    annotations,
    signedBytes: layer.payload,
    payload: layer.payload,
    signature: Buffer.from(signature, 'base64'),
    ...(certificate !== undefined && { certificate: Buffer.from(certificate) }),
    log: readLogEvidence(layer.annotations),
  };
}

/** The annotations of a payload that is about this digest. */
function readPayload(bytes: Uint8Array, digest: string): Readonly<Record<string, unknown>> {
  const payload = parseJsonObject(bytes, 'its payload');
  for (const path of [['identity', 'docker-reference'], ['image', 'docker-manifest-digest'], ['type']]) {
    if (stringAt(payload, 'critical', ...path) === undefined) {
      throw new UntrustedSignatureError(`its payload has no critical.${path.join('.')}`);
    }
  }
  const signed = stringAt(payload, 'critical', 'image', 'docker-manifest-digest') ?? '';
  if (signed !== digest) throw new UntrustedSignatureError(`it is about ${signed}, not about this image`);
  const optional = payload['optional'] ?? {};
  if (!isJsonObject(optional)) throw new UntrustedSignatureError('its payload has an odd field optional');
  const { creator, timestamp, ...annotations } = optional;
  if (typeof (creator ?? '') !== 'string' || !Number.isInteger(timestamp ?? 0)) {
    throw new UntrustedSignatureError('its payload has an odd optional.creator or optional.timestamp');
  }
  return annotations;
}

function readLogEvidence(annotations: Readonly<Record<string, string>>): LogEvidence {
  const rekorBundle = annotations[names.rekorBundle];
  const timestamp = annotations[names.timestamp];
  try {
    return {
      entries: rekorBundle === undefined ? [] : [readRekorBundle(rekorBundle)],
      timestamps: timestamp === undefined ? [] : [readTimestamp(timestamp)],
    };
  } catch (error) {
    return { entries: [], timestamps: [], problem: (error as Error).message };
  }
}

/** An entry of a transparency log as cosign's own bundle has it, in the form that Sigstore bundles have. */
function readRekorBundle(text: string): TransparencyLogEntry {
  const bundle = parseJsonObject(text, 'its Rekor bundle');
  const promise = stringAt(bundle, 'SignedEntryTimestamp');
  const body = stringAt(bundle, 'Payload', 'body');
  const logId = stringAt(bundle, 'Payload', 'logID');
  const integratedTime = valueAt(bundle, 'Payload', 'integratedTime');
  const logIndex = valueAt(bundle, 'Payload', 'logIndex');
  if (
    promise === undefined ||
    body === undefined ||
    logId === undefined ||
    !Number.isSafeInteger(integratedTime) ||
    !Number.isSafeInteger(logIndex)
  ) {
    throw new UntrustedSignatureError('its Rekor bundle is incomplete');
  }
  const canonicalizedBody = Buffer.from(body, 'base64');
  const entry = parseJsonObject(canonicalizedBody, 'its Rekor entry');
  return {
    logIndex: String(logIndex),
    logId: { keyId: Buffer.from(logId, 'hex') },
    kindVersion: { kind: stringAt(entry, 'kind') ?? '', version: stringAt(entry, 'apiVersion') ?? '' },
    integratedTime: String(integratedTime),
    inclusionPromise: { signedEntryTimestamp: Buffer.from(promise, 'base64') },
    inclusionProof: undefined,
    canonicalizedBody,
  };
}

function readTimestamp(text: string): Uint8Array {
  const timestamp = stringAt(parseJsonObject(text, 'its RFC 3161 timestamp'), 'SignedRFC3161Timestamp');
  if (timestamp === undefined) throw new UntrustedSignatureError('its RFC 3161 timestamp is incomplete');
  return Buffer.from(timestamp, 'base64');
}
