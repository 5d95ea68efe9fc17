import { UnsupportedManifestError } from '../errors.ts';
import type { Descriptor, ImageManifest } from '../oci/manifest.ts';
import { maximumPolicyBytes } from '../policy-file.ts';
import { policyMediaTypes } from './media-types.ts';

/**
 * The one layer of a policy's manifest. The config is not looked at.
 *
 * @throws UnsupportedManifestError if the manifest is not that of a policy
 */
export function policyLayer({ layers }: ImageManifest): Descriptor {
  const [layer, ...others] = layers;
  if (layer === undefined) throw new UnsupportedManifestError('No layers to pull');
  const foreign = layers.find(({ mediaType }) => mediaType !== policyMediaTypes.layer);
  if (foreign !== undefined) {
    throw new UnsupportedManifestError(`Incompatible layer media type: ${foreign.mediaType}`);
  }
  if (others.length > 0) {
    throw new UnsupportedManifestError(`a policy has one layer, the manifest has ${layers.length}`);
  }
  if (layer.size > maximumPolicyBytes) {
    throw new UnsupportedManifestError(
      `the policy has ${layer.size} bytes, at most ${maximumPolicyBytes} are allowed`,
    );
  }
  return layer;
}
