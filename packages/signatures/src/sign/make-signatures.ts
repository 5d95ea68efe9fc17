import { createHash, X509Certificate } from 'node:crypto';
import {
  type Bundle,
  bundleToJSON,
  type RFC3161SignedTimestamp,
  toDSSEBundle,
  toMessageSignatureBundle,
  type TransparencyLogEntry,
} from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { RekorWitness, TSAWitness } from '@sigstore/sign';
import { SigningError } from '../errors.ts';
import type { PreparedSigner } from './prepare-signer.ts';
import { signWithKey } from './signing-key.ts';

/** Annotations of a simple signing layer. */
export const layerAnnotations = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  chain: 'dev.sigstore.cosign/chain',
  logEntry: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

export const statementType = 'application/vnd.in-toto+json';

export interface SimpleSignature {
  readonly annotations: Readonly<Record<string, string>>;
  readonly logIndex?: string;
}

export interface BundleSignature {
  /** JSON, `application/vnd.dev.sigstore.bundle.v0.3+json`. */
  readonly bundle: Uint8Array;
  readonly logIndex?: string;
}

/** Of each request to a log or timestamp authority. */
const serviceOptions = { timeout: 30_000, retry: 1 };

/**
 * Signs a payload in the layout that cosign used up to version 2.
 *
 * @throws SigningError
 */
export async function makeSimpleSignature(
  signer: PreparedSigner,
  payload: Uint8Array,
): Promise<SimpleSignature> {
  const signature = signWithKey(signer.key, payload);
  const { certificate, chain } = signer;
  const content = toMessageSignatureBundle({
    digest: createHash('sha256').update(payload).digest(),
    signature,
    certificateChain: false,
  }).content;
  const { entry, timestamp } = await witness(signer, content);
  return {
    annotations: {
      [layerAnnotations.signature]: signature.toString('base64'),
      ...(certificate !== undefined && { [layerAnnotations.certificate]: certificate }),
      ...(chain !== undefined && { [layerAnnotations.chain]: chain }),
      ...(entry !== undefined && { [layerAnnotations.logEntry]: JSON.stringify(logAnnotation(entry)) }),
      ...(timestamp !== undefined && {
        [layerAnnotations.timestamp]: JSON.stringify({
          SignedRFC3161Timestamp: timestamp.signedTimestamp.toString('base64'),
        }),
      }),
    },
    ...(entry !== undefined && { logIndex: entry.logIndex }),
  };
}

/**
 * Signs a statement (in-toto, JSON) as a Sigstore bundle of version 0.3.
 *
 * @throws SigningError
 */
export async function makeBundle(signer: PreparedSigner, statement: Uint8Array): Promise<BundleSignature> {
  const payload = Buffer.from(statement);
  const bundle: Bundle = toDSSEBundle({
    artifact: payload,
    artifactType: statementType,
    signature: signWithKey(signer.key, dsse.preAuthEncoding(statementType, payload)),
    certificateChain: false,
    ...(signer.certificate !== undefined && { certificate: new X509Certificate(signer.certificate).raw }),
  });
  const { entry, timestamp } = await witness(signer, bundle.content);
  const { verificationMaterial: material } = bundle;
  // Set here because the library would repeat the hint inside of the signed envelope.
  if (material.content.$case === 'publicKey') material.content.publicKey.hint = signer.key.fingerprint;
  if (entry !== undefined) material.tlogEntries = [entry];
  if (timestamp !== undefined) material.timestampVerificationData = { rfc3161Timestamps: [timestamp] };
  return {
    bundle: Buffer.from(JSON.stringify(bundleToJSON(bundle))),
    ...(entry !== undefined && { logIndex: entry.logIndex }),
  };
}

interface Witnessed {
  readonly entry?: TransparencyLogEntry;
  readonly timestamp?: RFC3161SignedTimestamp;
}

async function witness(signer: PreparedSigner, content: Bundle['content']): Promise<Witnessed> {
  const { rekorUrl, timestampUrl } = signer;
  const verifier = signer.certificate ?? signer.key.publicKeyPem;
  const [entries, timestamps] = await Promise.all([
    rekorUrl === undefined
      ? undefined
      : ask(rekorUrl, 'record the signature in the transparency log', async () => {
          const log = new RekorWitness({ rekorBaseURL: rekorUrl, ...serviceOptions });
          return (await log.testify(content, verifier)).tlogEntries;
        }),
    timestampUrl === undefined
      ? undefined
      : ask(timestampUrl, 'obtain a timestamp', async () => {
          const authority = new TSAWitness({ tsaBaseURL: timestampUrl, ...serviceOptions });
          return (await authority.testify(content)).rfc3161Timestamps;
        }),
  ]);
  return {
    ...(entries?.[0] !== undefined && { entry: entries[0] }),
    ...(timestamps?.[0] !== undefined && { timestamp: timestamps[0] }),
  };
}

async function ask<T>(url: string, purpose: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new SigningError(`cannot ${purpose} at ${url}: ${reason}`, { cause: error });
  }
}

/** The form in which cosign keeps an entry; the numbers stay numbers because the log has signed them so. */
function logAnnotation(entry: TransparencyLogEntry): object {
  if (entry.inclusionPromise === undefined) {
    throw new SigningError('the transparency log gave no signed entry timestamp, which older verifiers need');
  }
  return {
    SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp.toString('base64'),
    Payload: {
      body: entry.canonicalizedBody.toString('base64'),
      integratedTime: Number(entry.integratedTime),
      logIndex: Number(entry.logIndex),
      logID: entry.logId.keyId.toString('hex'),
    },
  };
}
