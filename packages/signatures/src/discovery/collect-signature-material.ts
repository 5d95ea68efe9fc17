import {
  type Descriptor,
  type FetchedManifest,
  formatImageReference,
  imageByDigest,
  type ImageReference,
  NotInRegistryError,
  type RegistryClient,
} from '@kubewarden/registry';
import { VerificationError } from '../errors.ts';
import type { SignatureMaterial, SimpleSigningLayer } from '../material.ts';
import { discoveryLimits } from './discovery-limits.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { isBundleMediaType, maybeBundle, simpleSigningMediaType } from './media-types.ts';
import { withRegistryContext } from './registry-context.ts';

type ImageByDigest = ImageReference & { readonly digest: string };

interface Options {
  readonly signal?: AbortSignal;
}

/** Of what a bundle speaks, as cosign notes it on the manifest around the bundle. */
const predicateTypeAnnotation = 'dev.sigstore.bundle.predicateType';
const signaturePredicateType = 'https://sigstore.dev/cosign/sign/v1';

/**
 * Asks the registry for all that may be a signature of an image: the layers of cosign's `sha256-<hex>.sig` image, and
 * the Sigstore bundles that refer to the image. Nothing of it is judged here, and finding nothing is no error.
 *
 * The digest is resolved first, so a tag that moves meanwhile cannot mix two images.
 *
 * @throws VerificationError when there is more than is read (see `discoveryLimits`)
 * @throws RegistryError and its subclasses, the message saying that it is about signatures
 */
export async function collectSignatureMaterial(
  client: RegistryClient,
  image: ImageReference,
  options: Options = {},
): Promise<SignatureMaterial> {
  return await withRegistryContext('failed to get image trusted layers', async () => {
    const digest = await client.resolveDigest(image, options);
    const byDigest: ImageByDigest = { ...imageByDigest(image, digest), digest };
    const budget = new ByteBudget();
    const [manifest, simpleSigning, bundles] = await Promise.all([
      client.fetchManifest(byDigest, options),
      collectSimpleSigning(client, byDigest, budget, options),
      collectBundles(client, byDigest, budget, options),
    ]);
    return { image: formatImageReference(image), digest, manifest: manifest.bytes, simpleSigning, bundles };
  });
}

async function collectSimpleSigning(
  client: RegistryClient,
  { registry, repository, digest }: ImageByDigest,
  budget: ByteBudget,
  options: Options,
): Promise<readonly SimpleSigningLayer[]> {
  const image: ImageReference = { registry, repository, tag: `${digest.replace(':', '-')}.sig` };
  const found = await fetchIfThere(client, image, options);
  // An index under this tag is none of cosign's.
  if (found?.kind !== 'image') return [];
  const layers = found.manifest.layers.filter(({ mediaType }) => mediaType === simpleSigningMediaType);
  refuseMoreThan(discoveryLimits.simpleSigningLayers, layers.length, 'layers', image);
  return await mapConcurrently(discoveryLimits.concurrency, layers, async (layer) => ({
    payload: await budget.fetch(client, image, layer, discoveryLimits.payloadBytes, options),
    annotations: layer.annotations ?? {},
  }));
}

async function collectBundles(
  client: RegistryClient,
  image: ImageByDigest,
  budget: ByteBudget,
  options: Options,
): Promise<readonly Uint8Array[]> {
  const referrers = await client.listReferrers(image, options);
  const candidates = referrers.filter(
    ({ artifactType, annotations }) => maybeBundle(artifactType) && maySpeakOfSignature(annotations),
  );
  refuseMoreThan(discoveryLimits.bundles, candidates.length, 'bundles', image);
  const bundles = await mapConcurrently(
    discoveryLimits.concurrency,
    candidates,
    async ({ digest }): Promise<Uint8Array | undefined> => {
      const found = await fetchIfThere(client, imageByDigest(image, digest), options);
      if (found !== undefined) budget.spend(found.bytes.byteLength, image);
      if (found?.kind !== 'image' || !maySpeakOfSignature(found.manifest.annotations)) return undefined;
      const layer = found.manifest.layers.find(({ mediaType }) => isBundleMediaType(mediaType));
      if (layer === undefined) return undefined;
      return await budget.fetch(client, image, layer, discoveryLimits.bundleBytes, options);
    },
  );
  return bundles.filter((bundle) => bundle !== undefined);
}

/** Not so for attestations, which may be many. Who lies in the annotation only hides a signature of their own. */
function maySpeakOfSignature(annotations: Readonly<Record<string, string>> | undefined): boolean {
  const predicateType = annotations?.[predicateTypeAnnotation];
  return predicateType === undefined || predicateType === signaturePredicateType;
}

async function fetchIfThere(
  client: RegistryClient,
  image: ImageReference,
  options: Options,
): Promise<FetchedManifest | undefined> {
  try {
    return await client.fetchManifest(image, options);
  } catch (error) {
    if (error instanceof NotInRegistryError) return undefined;
    throw error;
  }
}

function refuseMoreThan(limit: number, count: number, what: string, image: ImageReference): void {
  if (count <= limit) return;
  throw new VerificationError(
    `failed to get image trusted layers: ${count} ${what} with signatures in ${formatImageReference(image)}, ` +
      `at most ${limit} are read`,
  );
}

class ByteBudget {
  #left: number = discoveryLimits.totalBytes;

  async fetch(
    client: RegistryClient,
    image: ImageReference,
    blob: Descriptor,
    limit: number,
    options: Options,
  ): Promise<Uint8Array> {
    // Checked here as well as by the client: the size is known before anything is asked for.
    if (blob.size > limit) {
      throw new VerificationError(
        `failed to get image trusted layers: signature ${blob.digest} in ${formatImageReference(image)} has ` +
          `${blob.size} bytes, at most ${limit} are read`,
      );
    }
    this.spend(blob.size, image);
    return await client.fetchBlob(image, blob, { ...options, maximumBytes: blob.size });
  }

  spend(bytes: number, image: ImageReference): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    throw new VerificationError(
      `failed to get image trusted layers: the signatures in ${formatImageReference(image)} have more than ` +
        `${discoveryLimits.totalBytes} bytes`,
    );
  }
}
