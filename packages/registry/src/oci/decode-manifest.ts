import { UnsupportedManifestError } from '../errors.ts';
import { quote } from '../transport/redact.ts';
import { isDigest } from './digest.ts';
import type { Descriptor, ImageIndex, ImageManifest, IndexEntry, Platform } from './manifest.ts';
import { isIndexMediaType, manifestMediaTypes, ociIndex, ociManifest } from './media-types.ts';

export type DecodedManifest =
  | { readonly kind: 'image'; readonly mediaType: string; readonly manifest: ImageManifest }
  | { readonly kind: 'index'; readonly mediaType: string; readonly manifest: ImageIndex };

type JsonObject = { readonly [key: string]: unknown };

/**
 * Decodes the manifest of an image, or an index of such (OCI image specification 1.1). Fields that are not known
 * are left out, and `null` stands for an absent one. A text that could be taken for both is refused: what it means
 * must not depend on who reads it.
 *
 * @param contentType - what the registry calls it; what the manifest says of itself comes first
 * @throws UnsupportedManifestError
 */
export function decodeManifest(bytes: Uint8Array, contentType?: string): DecodedManifest {
  const root = parseObject(bytes);
  if (root['schemaVersion'] !== 2) {
    throw new UnsupportedManifestError(
      `Unsupported schema version: ${quote(JSON.stringify(root['schemaVersion']) ?? 'none')}`,
    );
  }
  const declared = optionalText(root, 'mediaType', 'mediaType');
  if (declared !== undefined && !manifestMediaTypes.includes(declared)) {
    throw new UnsupportedManifestError(`Unsupported media type: ${quote(declared)}`);
  }
  const isImage = isPresent(root['layers']) || isPresent(root['config']);
  const isIndex = isPresent(root['manifests']);
  if (isImage === isIndex || (declared !== undefined && isIndexMediaType(declared) !== isIndex)) {
    throw new UnsupportedManifestError('it is neither the manifest of an image nor an index');
  }
  const mediaType = declared ?? mediaTypeOf(contentType, isIndex);
  const common = {
    schemaVersion: 2 as const,
    ...defined('mediaType', declared),
    ...defined('artifactType', optionalText(root, 'artifactType', 'artifactType')),
    ...defined(
      'subject',
      optional(root['subject'], (value) => decodeDescriptor(value, 'subject')),
    ),
    ...defined(
      'annotations',
      optional(root['annotations'], (value) => textRecord(value, 'annotations')),
    ),
  };
  if (isIndex) {
    const manifests = list(root, 'manifests', decodeIndexEntry);
    return { kind: 'index', mediaType, manifest: { ...common, manifests } };
  }
  const config = decodeDescriptor(root['config'], 'config');
  const layers = list(root, 'layers', decodeDescriptor);
  return { kind: 'image', mediaType, manifest: { ...common, config, layers } };
}

/** The registry's word for it, if that is of the right kind. */
function mediaTypeOf(contentType: string | undefined, isIndex: boolean): string {
  const served = contentType?.split(';')[0]?.trim().toLowerCase();
  const isUsable =
    served !== undefined && manifestMediaTypes.includes(served) && isIndexMediaType(served) === isIndex;
  if (isUsable) return served;
  return isIndex ? ociIndex : ociManifest;
}

function decodeDescriptor(value: unknown, path: string): Descriptor {
  const object = requireObject(value, path);
  const { mediaType, digest, size } = object;
  if (typeof mediaType !== 'string') throw wrong(`${path}.mediaType`, 'a text');
  if (typeof digest !== 'string' || !isDigest(digest)) throw wrong(`${path}.digest`, 'a digest');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw wrong(`${path}.size`, 'a size');
  return {
    mediaType,
    digest,
    size,
    ...defined(
      'urls',
      optional(object['urls'], (urls) => texts(urls, `${path}.urls`)),
    ),
    ...defined(
      'annotations',
      optional(object['annotations'], (map) => textRecord(map, `${path}.annotations`)),
    ),
    ...defined('artifactType', optionalText(object, 'artifactType', `${path}.artifactType`)),
  };
}

function decodeIndexEntry(value: unknown, path: string): IndexEntry {
  const platform = optional(requireObject(value, path)['platform'], (platform) =>
    decodePlatform(platform, `${path}.platform`),
  );
  return { ...decodeDescriptor(value, path), ...defined('platform', platform) };
}

function decodePlatform(value: unknown, path: string): Platform {
  const object = requireObject(value, path);
  const { architecture, os } = object;
  if (typeof architecture !== 'string') throw wrong(`${path}.architecture`, 'a text');
  if (typeof os !== 'string') throw wrong(`${path}.os`, 'a text');
  const list = (key: string) => optional(object[key], (value) => texts(value, `${path}.${key}`));
  return {
    architecture,
    os,
    ...defined('os.version', optionalText(object, 'os.version', `${path}.os.version`)),
    ...defined('os.features', list('os.features')),
    ...defined('variant', optionalText(object, 'variant', `${path}.variant`)),
    ...defined('features', list('features')),
  };
}

function parseObject(bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UnsupportedManifestError(`the manifest is no JSON: ${quote((cause as Error).message)}`, {
      cause,
    });
  }
  if (!isObject(value)) throw new UnsupportedManifestError('the manifest is no JSON object');
  return value;
}

function list<T>(root: JsonObject, key: string, decode: (value: unknown, path: string) => T): readonly T[] {
  const value = root[key];
  if (!Array.isArray(value)) throw wrong(key, 'a list');
  return value.map((entry: unknown, index) => decode(entry, `${key}[${index}]`));
}

function texts(value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value)) throw wrong(path, 'a list');
  return value.map((entry: unknown) => {
    if (typeof entry !== 'string') throw wrong(path, 'a list of texts');
    return entry;
  });
}

function textRecord(value: unknown, path: string): Readonly<Record<string, string>> {
  const entries = Object.entries(requireObject(value, path)).map(([key, text]): [string, string] => {
    if (typeof text !== 'string') throw wrong(`${path}.${key}`, 'a text');
    return [key, text];
  });
  return Object.fromEntries(entries);
}

function optionalText(object: JsonObject, key: string, path: string): string | undefined {
  return optional(object[key], (value) => {
    if (typeof value !== 'string') throw wrong(path, 'a text');
    return value;
  });
}

/** Encoders in Go write `null` for what is not there. */
function optional<T>(value: unknown, decode: (value: unknown) => T): T | undefined {
  return isPresent(value) ? decode(value) : undefined;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function defined<Key extends string, Value>(key: Key, value: Value | undefined): { [Name in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { [Name in Key]?: Value };
}

function requireObject(value: unknown, path: string): JsonObject {
  if (!isObject(value)) throw wrong(path, 'an object');
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(path: string, expected: string): UnsupportedManifestError {
  return new UnsupportedManifestError(`the manifest is wrong: ${quote(path)} must be ${expected}`);
}
