import {
  formatImageReference,
  imageByDigest,
  type ImageReference,
  type RegistryClient,
  type Subject,
} from '@kubewarden/registry';
import { SigningError } from '../errors.ts';
import type { PreparedSigner } from './prepare-signer.ts';
import type { ImageSigner } from './signer.ts';
import {
  checkAnnotations,
  type SignedAnnotations,
  signatureStatement,
  simpleSigningPayload,
} from './simple-signing-payload.ts';

export interface SignImageOptions {
  readonly annotations?: SignedAnnotations;
  readonly signal?: AbortSignal;
}

export interface WrittenSignature {
  /** By tag for the image of signatures, by digest for a bundle. */
  readonly reference: string;
  /** Of what is in the registry now. */
  readonly digest: string;
  /** `present` if the same signer had signed the same before: nothing was written then. */
  readonly outcome: 'written' | 'present';
  /** In the transparency log. */
  readonly logIndex?: string;
}

export interface SignedImage {
  /** By digest: what was signed. */
  readonly image: ImageReference & { readonly digest: string };
  /** Who has signed: the fingerprint of a key, or the names in a certificate. */
  readonly signer: string;
  /** What verifiers of cosign's first layout read. */
  readonly simpleSigning: WrittenSignature;
  /** What verifiers of Sigstore bundles read. */
  readonly bundle: WrittenSignature;
}

/**
 * Signs the manifest or index that a reference stands for now, and puts the signature in its repository in both
 * layouts. Signatures that are there stay. Both are made before the first is written, so that a certificate
 * authority or log that does not answer leaves nothing behind; and the same call again writes only what is missing,
 * if the signer is a key. Two signers at the same time may overwrite each other's work, as registries have no locks.
 *
 * @throws SigningError that says what was written, if it was
 * @throws SigningKeyError
 * @throws RegistryError if the image cannot be read
 */
export async function signImage(
  client: RegistryClient,
  image: ImageReference,
  signer: ImageSigner,
  options: SignImageOptions = {},
): Promise<SignedImage> {
  const { annotations = {}, signal } = options;
  checkAnnotations(annotations);
  const calls = { ...(signal && { signal }) };
  // The bytes, not the word of the registry for them: what is signed has to exist.
  const { digest, mediaType, bytes } = await client.fetchManifest(image, calls);
  const subject = { image, descriptor: { mediaType, digest, size: bytes.length } };

  const { prepareSigner } = await import('./prepare-signer.ts');
  const prepared = await prepareSigner(signer, signal);
  const simple = await planSimpleSignature(client, subject, prepared, annotations, calls);
  const bundle = await planBundle(client, subject, prepared, annotations, calls);

  const simpleSigning = await writing('image of signatures', [], simple);
  return {
    image: { ...imageByDigest(image, digest), digest },
    signer: prepared.identity,
    simpleSigning,
    bundle: await writing('bundle', [simpleSigning], bundle),
  };
}

type Plan = () => Promise<WrittenSignature>;
type Calls = { readonly signal?: AbortSignal };

async function planSimpleSignature(
  client: RegistryClient,
  { image, descriptor: { digest } }: Subject,
  signer: PreparedSigner,
  annotations: SignedAnnotations,
  calls: Calls,
): Promise<Plan> {
  const { findSignatureImage, holdsSignature, pushSignatureLayer } =
    await import('./simple-signing-image.ts');
  const payload = simpleSigningPayload(image, digest, annotations);
  const target = await findSignatureImage(client, image, digest, calls);
  const reference = formatImageReference(target.image);
  if (target.found !== undefined && holdsSignature(target, signer, payload)) {
    const written = { reference, digest: target.found.digest, outcome: 'present' } as const;
    return () => Promise.resolve(written);
  }
  const { makeSimpleSignature } = await import('./make-signatures.ts');
  const signature = await makeSimpleSignature(signer, payload);
  return async () => ({
    reference,
    digest: await pushSignatureLayer(client, target, payload, signature, calls),
    outcome: 'written',
    ...(signature.logIndex !== undefined && { logIndex: signature.logIndex }),
  });
}

async function planBundle(
  client: RegistryClient,
  subject: Subject,
  signer: PreparedSigner,
  annotations: SignedAnnotations,
  calls: Calls,
): Promise<Plan> {
  const { attachBundle, findBundle } = await import('./bundle-artifact.ts');
  const statement = signatureStatement(subject.descriptor.digest, annotations);
  const written = (digest: string): { reference: string; digest: string } => ({
    reference: formatImageReference(imageByDigest(subject.image, digest)),
    digest,
  });
  const found = await findBundle(client, subject, signer, statement, calls);
  if (found !== undefined) return () => Promise.resolve({ ...written(found), outcome: 'present' });
  const { makeBundle } = await import('./make-signatures.ts');
  const signature = await makeBundle(signer, statement);
  return async () => ({
    ...written(await attachBundle(client, subject, signature, calls)),
    outcome: 'written',
    ...(signature.logIndex !== undefined && { logIndex: signature.logIndex }),
  });
}

async function writing(
  what: string,
  before: readonly WrittenSignature[],
  write: Plan,
): Promise<WrittenSignature> {
  try {
    return await write();
  } catch (cause) {
    const done = before.map(({ reference }) => `; the signature is in ${reference} already`).join('');
    throw new SigningError(`cannot write the ${what}: ${(cause as Error).message}${done}`, { cause });
  }
}
