import {
  type Descriptor,
  type ImageManifest,
  type ImageReference,
  NotInRegistryError,
  type RegistryClient,
} from '@kubewarden/registry';

const emptyConfigType = 'application/vnd.oci.empty.v1+json';
/** Of artifacts that a registry lists without their type, so many are looked at. */
const maximumLookUps = 64;

/** Media type, of any version, of what holds a signature with all that it takes to check it. */
const bundleType = /^application\/vnd\.dev\.sigstore\.bundle(?:[.+;]|$)/;

/** What a registry holds beside an image that signs it. */
export interface SignatureListing {
  /** The manifest of cosign's `sha256-….sig` image; its layers are the signatures. */
  readonly signatures: ImageManifest | null;
  /** Manifests of Sigstore bundles that refer to the image. */
  readonly bundles: readonly Descriptor[];
}

export type ImageByDigest = ImageReference & { readonly digest: string };

/** The image as its registry knows it now: what its tag stands for is looked up, what a digest names must exist. */
export async function pinImage(client: RegistryClient, image: ImageReference): Promise<ImageByDigest> {
  const { registry, repository } = image;
  return { registry, repository, digest: await client.resolveDigest(image) };
}

/**
 * Lists the signatures of an image. Listing is not verifying.
 *
 * @throws RegistryError
 */
export async function listSignatures(
  client: RegistryClient,
  image: ImageByDigest,
): Promise<SignatureListing> {
  const [signatures, referrers] = await Promise.all([
    signatureManifest(client, image),
    listReferrers(client, image),
  ]);
  return { signatures, bundles: referrers.filter(isBundle) };
}

/**
 * Lists what else refers to an image: SBOMs, provenance and the like.
 *
 * @throws RegistryError
 */
export async function listAttachments(
  client: RegistryClient,
  image: ImageByDigest,
): Promise<readonly Descriptor[]> {
  const referrers = await listReferrers(client, image);
  return referrers.filter((referrer) => !isBundle(referrer));
}

/**
 * What refers to an image. Some registries list artifacts under the type of their config, which says nothing, or
 * under none: their manifests tell.
 */
async function listReferrers(client: RegistryClient, image: ImageByDigest): Promise<readonly Descriptor[]> {
  const listed: Descriptor[] = [];
  let lookUps = 0;
  for (const referrer of await client.listReferrers(image)) {
    const isTyped = referrer.artifactType && referrer.artifactType !== emptyConfigType;
    if (isTyped || lookUps === maximumLookUps) {
      listed.push(referrer);
      continue;
    }
    lookUps += 1;
    const { registry, repository } = image;
    const { kind, manifest } = await client.fetchManifest({ registry, repository, digest: referrer.digest });
    const artifactType =
      manifest.artifactType ?? (kind === 'image' ? manifest.layers[0]?.mediaType : undefined);
    listed.push({
      ...referrer,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(manifest.annotations === undefined ? {} : { annotations: manifest.annotations }),
    });
  }
  return listed;
}

async function signatureManifest(
  client: RegistryClient,
  { registry, repository, digest }: ImageByDigest,
): Promise<ImageManifest | null> {
  const tag = `${digest.replace(':', '-')}.sig`;
  try {
    const found = await client.fetchManifest({ registry, repository, tag });
    return found.kind === 'image' ? found.manifest : null;
  } catch (error) {
    if (error instanceof NotInRegistryError) return null;
    throw error;
  }
}

function isBundle({ artifactType }: Descriptor): boolean {
  return artifactType !== undefined && bundleType.test(artifactType);
}
