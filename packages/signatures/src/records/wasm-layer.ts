import { parseJsonObject, stringAt, valueAt } from '../evidence/json.ts';

const wasmLayerMediaType = 'application/vnd.wasm.content.layer.v1+wasm';

/**
 * The SHA-256 (hexadecimal) of the module in the image with this manifest; nothing unless there is exactly one.
 */
export function wasmLayerDigest(manifest: Uint8Array): string | undefined {
  let layers: unknown;
  try {
    layers = valueAt(parseJsonObject(manifest, 'the manifest'), 'layers');
  } catch {
    return undefined;
  }
  if (!Array.isArray(layers)) return undefined;
  const [layer, another] = layers.filter((entry) => stringAt(entry, 'mediaType') === wasmLayerMediaType);
  if (layer === undefined || another !== undefined) return undefined;
  return /^sha256:([0-9a-f]{64})$/.exec(stringAt(layer, 'digest') ?? '')?.[1];
}
