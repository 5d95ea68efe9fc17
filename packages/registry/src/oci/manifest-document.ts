import { z } from 'zod';
import { UnsupportedManifestError } from '../errors.ts';
import { isDigest } from './digest.ts';
import type { ImageIndex, ImageManifest } from './manifest.ts';
import { isIndexMediaType, manifestMediaTypes, ociIndex, ociManifest } from './media-types.ts';

const annotations = z.record(z.string(), z.string());

const descriptorFields = {
  mediaType: z.string(),
  digest: z.string().refine(isDigest, 'is no digest'),
  size: z.int().min(0),
  urls: z.array(z.string()).exactOptional(),
  annotations: annotations.exactOptional(),
  artifactType: z.string().exactOptional(),
};
const descriptor = z.object(descriptorFields);

const platform = z.object({
  architecture: z.string(),
  os: z.string(),
  'os.version': z.string().exactOptional(),
  'os.features': z.array(z.string()).exactOptional(),
  variant: z.string().exactOptional(),
  features: z.array(z.string()).exactOptional(),
});

const common = {
  schemaVersion: z.literal(2),
  mediaType: z.string().exactOptional(),
  artifactType: z.string().exactOptional(),
  subject: descriptor.exactOptional(),
  annotations: annotations.exactOptional(),
};

const imageManifest = z.object({ ...common, config: descriptor, layers: z.array(descriptor) });
const imageIndex = z.object({
  ...common,
  manifests: z.array(z.object({ ...descriptorFields, platform: platform.exactOptional() })),
});

export type ManifestDocument =
  | { readonly kind: 'image'; readonly mediaType: string; readonly manifest: ImageManifest }
  | { readonly kind: 'index'; readonly mediaType: string; readonly manifest: ImageIndex };

/**
 * Reads a manifest or an index (OCI image specification 1.1). Fields that the specification does not know are
 * left out; `null` stands for an absent field.
 *
 * @param contentType - what the registry calls it
 * @throws UnsupportedManifestError
 */
export function decodeManifest(bytes: Uint8Array, contentType: string | undefined): ManifestDocument {
  const fields = parseObject(bytes);
  const { schemaVersion, mediaType } = fields;
  if (schemaVersion !== 2) {
    throw new UnsupportedManifestError(
      `Unsupported schema version: ${JSON.stringify(schemaVersion) ?? 'none'}`,
    );
  }
  if (mediaType !== undefined && !manifestMediaTypes.includes(mediaType as string)) {
    throw new UnsupportedManifestError(`Unsupported media type: ${JSON.stringify(mediaType)}`);
  }
  // What one reader takes for an image and another for an index must not pass for both.
  if ('manifests' in fields && ('layers' in fields || 'config' in fields)) {
    throw new UnsupportedManifestError('the manifest is both of an image and an index');
  }
  const served = contentType?.split(';')[0]?.trim().toLowerCase();
  const isIndex = typeof mediaType === 'string' ? isIndexMediaType(mediaType) : 'manifests' in fields;
  if (isIndex) {
    const manifest = check(imageIndex, fields, 'image index');
    return { kind: 'index', mediaType: mediaTypeOf(manifest, served, true), manifest };
  }
  const manifest = check(imageManifest, fields, 'image manifest');
  return { kind: 'image', mediaType: mediaTypeOf(manifest, served, false), manifest };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UnsupportedManifestError('the manifest is no JSON', { cause });
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new UnsupportedManifestError('the manifest is no JSON object');
  }
  return withoutNulls(document) as Record<string, unknown>;
}

/** Some tools write `null` where others leave a field out. */
function withoutNulls(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 8) throw new UnsupportedManifestError('the manifest is nested too deeply');
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, withoutNulls(field, depth + 1)]),
  );
}

function check<T>(schema: z.ZodType<T>, fields: unknown, kind: string): T {
  const decoded = schema.safeParse(fields);
  if (decoded.success) return decoded.data;
  const issue = decoded.error.issues[0]!;
  throw new UnsupportedManifestError(`the ${kind} is wrong at ${issue.path.join('.')}: ${issue.message}`);
}

function mediaTypeOf(
  { mediaType }: { readonly mediaType?: string },
  served: string | undefined,
  isIndex: boolean,
): string {
  if (mediaType !== undefined) return mediaType;
  const usable = served !== undefined && manifestMediaTypes.includes(served);
  if (usable && isIndexMediaType(served) === isIndex) return served;
  return isIndex ? ociIndex : ociManifest;
}
