import { UnsupportedManifestError } from '../errors.ts';
import type { Descriptor, ImageIndex, ImageManifest, IndexEntry, Platform } from './manifest.ts';

export type DecodedManifest =
  | { readonly kind: 'image'; readonly manifest: ImageManifest }
  | { readonly kind: 'index'; readonly manifest: ImageIndex };

const imageMediaTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]);
const indexMediaTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);
/** OCI image specification 1.1, descriptor.md. */
const digestGrammar = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

type JsonObject = { readonly [key: string]: unknown };

/**
 * Decodes the manifest of an image, or an index of such. A text that could be taken for both is refused: what it
 * means must not depend on who reads it.
 *
 * @throws UnsupportedManifestError
 */
export function decodeManifest(bytes: Uint8Array): DecodedManifest {
  const root = parseObject(bytes);
  const { schemaVersion, mediaType } = root;
  if (schemaVersion !== 2) {
    throw new UnsupportedManifestError(`Unsupported schema version: ${String(schemaVersion)}`);
  }
  const declared = optionalText(root, 'mediaType', 'mediaType');
  const isImage = 'layers' in root || 'config' in root;
  const isIndex = 'manifests' in root;
  if (declared !== undefined && !imageMediaTypes.has(declared) && !indexMediaTypes.has(declared)) {
    throw new UnsupportedManifestError(`Unsupported media type: ${String(mediaType)}`);
  }
  if (isImage === isIndex || (declared !== undefined && indexMediaTypes.has(declared) !== isIndex)) {
    throw new UnsupportedManifestError('it is neither the manifest of an image nor an index');
  }
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
    return { kind: 'index', manifest: { ...common, manifests: list(root, 'manifests', decodeIndexEntry) } };
  }
  const config = decodeDescriptor(root['config'], 'config');
  return { kind: 'image', manifest: { ...common, config, layers: list(root, 'layers', decodeDescriptor) } };
}

function decodeDescriptor(value: unknown, path: string): Descriptor {
  const object = requireObject(value, path);
  const { mediaType, digest, size } = object;
  if (typeof mediaType !== 'string') throw wrong(`${path}.mediaType`, 'a text');
  if (typeof digest !== 'string' || !digestGrammar.test(digest)) throw wrong(`${path}.digest`, 'a digest');
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
    throw new UnsupportedManifestError(`the manifest is no JSON: ${(cause as Error).message}`, { cause });
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
  return value === undefined || value === null ? undefined : decode(value);
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
  return new UnsupportedManifestError(`the manifest is wrong: ${path} must be ${expected}`);
}
