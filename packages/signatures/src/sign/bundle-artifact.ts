import {
  attachArtifact,
  type CallOptions,
  imageByDigest,
  type ImageReference,
  NotInRegistryError,
  type RegistryClient,
  type Subject,
  UnsupportedManifestError,
} from '@kubewarden/registry';
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { isBundleMediaType, maybeBundle } from '../discovery/media-types.ts';
import { type BundleSignature, statementType } from './make-signatures.ts';
import type { PreparedSigner } from './prepare-signer.ts';
import { isSignedByKey } from './signing-key.ts';
import { signaturePredicateType } from './simple-signing-payload.ts';

const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** So many bundles, and so many bytes of each, are looked at to find out whether the signature is there already. */
const maximumInspected = 50;
const maximumBundleBytes = 1024 * 1024;

/** The digest of an artifact in which the same signer states the same, with all that would go with it now. */
export async function findBundle(
  client: RegistryClient,
  { image, descriptor }: Subject,
  signer: PreparedSigner,
  statement: Uint8Array,
  options: CallOptions,
): Promise<string | undefined> {
  if (!signer.lasting) return undefined;
  const subject = { ...imageByDigest(image, descriptor.digest), digest: descriptor.digest };
  const referrers = await client.listReferrers(subject, options);
  const candidates = referrers.filter(({ artifactType }) => maybeBundle(artifactType));
  for (const { digest } of candidates.slice(0, maximumInspected)) {
    const bundle = await fetchBundle(client, imageByDigest(subject, digest), options);
    if (bundle !== undefined && isSame(bundle, signer, statement)) return digest;
  }
  return undefined;
}

/** @returns the digest of the artifact */
export async function attachBundle(
  client: RegistryClient,
  subject: Subject,
  { bundle }: BundleSignature,
  options: CallOptions,
): Promise<string> {
  const { digest } = await attachArtifact(
    client,
    subject,
    {
      artifactType: bundleType,
      layer: { mediaType: bundleType, bytes: bundle },
      annotations: {
        'dev.sigstore.bundle.content': 'dsse-envelope',
        'dev.sigstore.bundle.predicateType': signaturePredicateType,
      },
    },
    options,
  );
  return digest;
}

async function fetchBundle(
  client: RegistryClient,
  artifact: ImageReference,
  options: CallOptions,
): Promise<Bundle | undefined> {
  let bytes: Uint8Array;
  try {
    const fetched = await client.fetchManifest(artifact, options);
    if (fetched.kind !== 'image') return undefined;
    const layer = fetched.manifest.layers.find(({ mediaType }) => isBundleMediaType(mediaType));
    if (layer === undefined || layer.size > maximumBundleBytes) return undefined;
    bytes = await client.fetchBlob(artifact, layer, { ...options, maximumBytes: maximumBundleBytes });
  } catch (error) {
    const isUnusable = error instanceof NotInRegistryError || error instanceof UnsupportedManifestError;
    if (isUnusable) return undefined;
    throw error;
  }
  try {
    return bundleFromJSON(JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    // Not ours in any case: one that we have written can be read.
    return undefined;
  }
}

function isSame(bundle: Bundle, signer: PreparedSigner, statement: Uint8Array): boolean {
  const { content, verificationMaterial: material } = bundle;
  if (content.$case !== 'dsseEnvelope' || content.dsseEnvelope.payloadType !== statementType) return false;
  const { payload, signatures } = content.dsseEnvelope;
  const signature = signatures[0]?.sig;
  const timestamps = material.timestampVerificationData?.rfc3161Timestamps ?? [];
  return (
    signature !== undefined &&
    payload.equals(statement) &&
    (signer.certificate === undefined) === (material.content.$case === 'publicKey') &&
    (signer.rekorUrl === undefined) === (material.tlogEntries.length === 0) &&
    (signer.timestampUrl === undefined) === (timestamps.length === 0) &&
    isSignedByKey(signer.key, dsse.preAuthEncoding(statementType, payload), signature)
  );
}
