import { olpcCanonicalJson } from './olpc-canonical-json.ts';
import { policyMediaTypes } from './media-types.ts';

/** The config of every policy; all that is known of it is in its module. */
export const emptyConfig = {
  bytes: new TextEncoder().encode('{}'),
  digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
} as const;

/**
 * The manifest of a policy. Its digest is the identity of the policy, so the bytes are those that the original
 * makes of the same module: no media type of its own, canonical JSON.
 */
export function encodePolicyManifest(
  layer: { readonly digest: string; readonly size: number },
  annotations?: Readonly<Record<string, string>>,
): Uint8Array {
  const manifest = {
    ...(annotations !== undefined && { annotations }),
    config: {
      digest: emptyConfig.digest,
      mediaType: policyMediaTypes.config,
      size: emptyConfig.bytes.byteLength,
    },
    layers: [{ digest: layer.digest, mediaType: policyMediaTypes.layer, size: layer.size }],
    schemaVersion: 2,
  };
  return new TextEncoder().encode(olpcCanonicalJson(manifest));
}
