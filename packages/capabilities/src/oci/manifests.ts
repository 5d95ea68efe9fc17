import { type HostCaller, HostCallError } from '@kubewarden/evaluator';
import type { RegistryClient } from '@kubewarden/registry';
import { formatImageReference, type ImageReference } from '@kubewarden/registry/reference';
import { type Capability, jsonAnswer } from '../capability.ts';
import { readImage } from '../registry-answers/image.ts';
import type { RegistryAnswers } from '../registry-answers/registry-answers.ts';
import { imageManifestJson, manifestJson } from './manifest-json.ts';

/** The most bytes of an image's config that policies get: 4 MiB. The original has no bound. */
const maximumConfigBytes = 4 * 1024 * 1024;

/** What reads from registries (evaluator.md 4.4 – 4.6). */
export interface ManifestCapabilities {
  /** `oci/v1/manifest_digest`: of an index, its own digest. */
  readonly OciManifestDigest: Capability<'OciManifestDigest'>;
  /** `oci/v1/oci_manifest`: the image's manifest or index. */
  readonly OciManifest: Capability<'OciManifest'>;
  /** `oci/v1/oci_manifest_config`: of an index, what belongs to the platform of this machine. */
  readonly OciManifestAndConfig: Capability<'OciManifestAndConfig'>;
}

type Read = (client: RegistryClient, image: ImageReference, signal: AbortSignal) => Promise<Uint8Array>;

/** @param registry gives the client; called for each question that no earlier answer serves */
export function createManifestCapabilities(
  registry: () => Promise<RegistryClient>,
  answers: RegistryAnswers,
): ManifestCapabilities {
  const capability =
    (type: keyof ManifestCapabilities, read: Read) =>
    ({ image: text }: { readonly image: string }, { policyId }: HostCaller) => {
      const image = readImage(text);
      const key = [type, formatImageReference(image)];
      return answers.find({ policyId, registry: image.registry, key }, async (signal) => {
        try {
          return await read(await registry(), image, signal);
        } catch (error) {
          if (error instanceof HostCallError) throw error;
          throw new HostCallError(`Fail to interact with OCI registry: ${(error as Error).message}`);
        }
      });
    };
  return {
    OciManifestDigest: capability('OciManifestDigest', readDigest),
    OciManifest: capability('OciManifest', readManifest),
    OciManifestAndConfig: capability('OciManifestAndConfig', readManifestAndConfig),
  };
}

const readDigest: Read = async (client, image, signal) =>
  jsonAnswer({ digest: await client.resolveDigest(image, { signal }) });

const readManifest: Read = async (client, image, signal) =>
  jsonAnswer(manifestJson(await client.fetchManifest(image, { signal })));

const readManifestAndConfig: Read = async (client, image, signal) => {
  const { manifest, digest } = await client.fetchImageManifest(image, { signal });
  const config = await client.fetchBlob(image, manifest.config, { signal, maximumBytes: maximumConfigBytes });
  const members = JSON.stringify({ manifest: imageManifestJson(manifest), digest }).slice(0, -1);
  return new TextEncoder().encode(`${members},"config":${jsonText(config, image)}}`);
};

/** JSON as it is written: parsing it would lose digits of large numbers. */
function jsonText(bytes: Uint8Array, image: ImageReference): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    JSON.parse(text);
    return text;
  } catch (cause) {
    throw new HostCallError(
      `the config of ${formatImageReference(image)} is no JSON: ${(cause as Error).message}`,
    );
  }
}
