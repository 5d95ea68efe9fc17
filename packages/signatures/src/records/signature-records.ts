import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@kubewarden/registry';
import { isJsonObject, parseJsonObject } from '../evidence/json.ts';
import type { SignatureMaterial, SimpleSigningLayer } from '../material.ts';
import { wasmLayerDigest } from './wasm-layer.ts';

/** Records that are kept; the oldest make way. */
const maximumRecords = 1024;
/** Of one policy: it may be in several images, and be signed again. */
const maximumRecordsPerLayer = 8;
/** A larger one is not kept: the policy is then verified with its registry alone. */
const maximumRecordBytes = 1024 * 1024;

/**
 * What registries said about signatures, kept beside the policies in a store. A record is not trusted: it holds what
 * a registry holds, and is verified anew each time.
 */
export interface SignatureRecords {
  /**
   * Keeps what was found about an image. Images without exactly one Wasm layer cannot be found again and are not
   * kept.
   *
   * @throws Error when it cannot be written
   */
  save(material: SignatureMaterial): Promise<void>;
  /**
   * What is known about images with this Wasm module; the newest first. Records that cannot be read, or that are not
   * what their name says, are left out.
   *
   * @param sha256 of the module, 64 hexadecimal digits
   */
  findByLayer(sha256: string): Promise<readonly SignatureMaterial[]>;
}

/**
 * Keeps records in files `<root>/signatures/<SHA-256 of the module>-<SHA-256 of the manifest>.json`.
 *
 * @param root of a store of policies
 */
export function createSignatureRecords(root: string): SignatureRecords {
  const folder = join(root, 'signatures');
  return {
    save: async (material) => {
      const layer = wasmLayerDigest(material.manifest);
      if (layer === undefined || !isDigestOf(material.digest, material.manifest)) return;
      const bytes = Buffer.from(encode(material));
      if (bytes.length > maximumRecordBytes) return;
      await writeAtomically(join(folder, fileName(layer, material.digest)), bytes);
      await removeOldest(folder, layer);
    },
    findByLayer: async (sha256) => {
      const names = (await list(folder)).filter((name) => name.startsWith(`${sha256}-`));
      const files = await newestFirst(folder, names);
      const records = await Promise.all(
        files.slice(0, maximumRecordsPerLayer).map((name) => readRecord(folder, name, sha256)),
      );
      return records.filter((record) => record !== undefined);
    },
  };
}

const namePattern = /^[0-9a-f]{64}-[0-9a-f]{64}\.json$/;

function fileName(layer: string, digest: string): string {
  return `${layer}-${digest.replace('sha256:', '')}.json`;
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => namePattern.test(name));
  } catch {
    return [];
  }
}

async function readRecord(
  folder: string,
  name: string,
  layer: string,
): Promise<SignatureMaterial | undefined> {
  try {
    const path = join(folder, name);
    const { size } = await stat(path);
    if (size > maximumRecordBytes) return undefined;
    const record = decode(await readFile(path));
    const isWhatItSays =
      record !== undefined &&
      isDigestOf(record.digest, record.manifest) &&
      wasmLayerDigest(record.manifest) === layer;
    return isWhatItSays ? record : undefined;
  } catch {
    return undefined;
  }
}

function isDigestOf(digest: string, bytes: Uint8Array): boolean {
  return digest === `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function removeOldest(folder: string, layer: string): Promise<void> {
  const names = await list(folder);
  const ofLayer = names.filter((name) => name.startsWith(`${layer}-`));
  // Most often there is room, and nothing has to be asked about the files.
  const surplus = [
    ...(names.length > maximumRecords ? (await newestFirst(folder, names)).slice(maximumRecords) : []),
    ...(ofLayer.length > maximumRecordsPerLayer
      ? (await newestFirst(folder, ofLayer)).slice(maximumRecordsPerLayer)
      : []),
  ];
  await Promise.all(surplus.map((name) => rm(join(folder, name), { force: true })));
}

async function newestFirst(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const files = await Promise.all(
    names.map(async (name) => {
      try {
        return { name, time: (await stat(join(folder, name))).mtimeMs };
      } catch {
        // Another process may have removed it.
        return { name, time: 0 };
      }
    }),
  );
  return files.toSorted((one, other) => other.time - one.time).map(({ name }) => name);
}

function encode({ image, digest, manifest, simpleSigning, bundles }: SignatureMaterial): string {
  return JSON.stringify({
    version: 1,
    image,
    digest,
    manifest: base64(manifest),
    simpleSigning: simpleSigning.map(({ payload, annotations }) => ({
      payload: base64(payload),
      annotations,
    })),
    bundles: bundles.map(base64),
  });
}

function decode(bytes: Uint8Array): SignatureMaterial | undefined {
  const { version, image, digest, manifest, simpleSigning, bundles } = parseJsonObject(bytes, 'the record');
  if (version !== 1 || !isText(image) || !isText(digest) || !isText(manifest)) return undefined;
  if (!Array.isArray(simpleSigning) || !simpleSigning.every(isEncodedLayer)) return undefined;
  if (!Array.isArray(bundles) || !bundles.every(isText)) return undefined;
  return {
    image,
    digest,
    manifest: Buffer.from(manifest, 'base64'),
    simpleSigning: simpleSigning.map(({ payload, annotations }) => ({
      payload: Buffer.from(payload, 'base64'),
      annotations,
    })),
    bundles: bundles.map((bundle) => Buffer.from(bundle, 'base64')),
  };
}

function isEncodedLayer(
  value: unknown,
): value is { readonly payload: string } & Pick<SimpleSigningLayer, 'annotations'> {
  return (
    isJsonObject(value) &&
    isText(value['payload']) &&
    isJsonObject(value['annotations']) &&
    Object.values(value['annotations']).every(isText)
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
