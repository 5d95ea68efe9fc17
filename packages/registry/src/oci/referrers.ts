import { NotInRegistryError, UnsupportedManifestError } from '../errors.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { decodeManifest } from './decode-manifest.ts';
import { registryFailure } from './answer-errors.ts';
import type { Descriptor } from './manifest.ts';
import { fetchManifest } from './manifests.ts';
import { ociIndex } from './media-types.ts';
import { readPages } from './pages.ts';
import { referrersTag } from './referrers-tag.ts';
import type { Session } from './session.ts';

/** What registries without a referrers API answer. */
const unsupportedStatuses: ReadonlySet<number> = new Set([400, 404, 405, 406, 501]);

/** The registry has no referrers API, or does not know the repository. */
class NoReferrersApiError extends Error {}

export async function listReferrers(
  session: Session,
  image: ImageReference & { readonly digest: string },
  artifactType: string | undefined,
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  const referrers = await askApi(session, image, artifactType, signal).catch((error: unknown) => {
    if (error instanceof NoReferrersApiError) return readFallbackTag(session, image, signal);
    throw error;
  });
  return artifactType === undefined
    ? referrers
    : referrers.filter((referrer) => referrer.artifactType === artifactType);
}

function askApi(
  session: Session,
  image: ImageReference & { readonly digest: string },
  artifactType: string | undefined,
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  const query = artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`;
  return readPages(
    session,
    image,
    `referrers/${image.digest}${query}`,
    ociIndex,
    async (answer, readBody) => {
      const isIndex = answer.header('content-type')?.split(';')[0]?.trim() === ociIndex;
      if (unsupportedStatuses.has(answer.status) || (answer.status === 200 && !isIndex)) {
        answer.discard();
        throw new NoReferrersApiError();
      }
      if (answer.status !== 200) throw await registryFailure(answer);
      const document = decodeManifest(await readBody(), ociIndex);
      if (document.kind === 'index') return document.manifest.manifests;
      throw new UnsupportedManifestError('the list of referrers is no image index');
    },
    signal,
  );
}

async function readFallbackTag(
  session: Session,
  { registry, repository, digest }: ImageReference & { readonly digest: string },
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  const image = { registry, repository, tag: referrersTag(digest) };
  try {
    const fetched = await fetchManifest(session, image, signal);
    if (fetched.kind === 'index') return fetched.manifest.manifests;
    throw new UnsupportedManifestError(`the tag ${image.tag}, which lists referrers, is no image index`);
  } catch (error) {
    if (error instanceof NotInRegistryError) return [];
    throw error;
  }
}
