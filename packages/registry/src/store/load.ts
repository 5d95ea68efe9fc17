import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Extract, Header } from 'tar-stream';
import { PolicyArchiveError } from '../errors.ts';
import { startsLikeWasm } from '../policy-file.ts';
import { type ArchiveLimits, defaultArchiveLimits } from './archive-limits.ts';
import { type EntryPlace, placeEntry } from './archive-names.ts';
import { inFolderOf, makeFolder } from './create-folder.ts';
import { forgetIncomplete, noteIncomplete } from './incomplete-files.ts';
import { createPartialName, removeAbandoned } from './partial-files.ts';
import { storedUri, storeSchemes } from './paths.ts';
import { settleAll } from './settle-all.ts';

/** A header, an extended one for a long name, and padding. */
const maximumHeaderBytes = 4096;
const maximumTrailerBytes = 64 * 1024;

export interface LoadedArchive {
  /** Of the policies that are now in the store. */
  readonly uris: readonly string[];
  /** Entries that were passed over or look strange, a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Unpacks an archive (gzip tar), as `savePolicies` and the original's `kwctl save` make it, into the store. What
 * the store has under the same names is replaced, file by file. An archive that cannot be read to its end, or has
 * an entry that is not a plain file with a name inside of the store, changes nothing.
 *
 * @throws PolicyArchiveError naming the archive, and the entry where it is one
 */
export async function loadPolicies(
  root: string,
  file: string,
  limits: ArchiveLimits = defaultArchiveLimits,
): Promise<LoadedArchive> {
  const archive = await open(file, 'r').catch((cause: unknown) => {
    throw new PolicyArchiveError(`cannot open file ${file}: ${(cause as Error).message}`, { cause });
  });
  const staging = join(root, createPartialName());
  const incomplete = noteIncomplete(staging);
  try {
    incomplete.made = await makeFolder(staging);
    await removeAbandoned(root);
    const unpacked = await unpack(archive.createReadStream({ autoClose: false }), staging, limits);
    await checkPlaces(root, unpacked.staged);
    for (const [name, staged] of unpacked.staged) {
      const path = join(root, ...name.split('/'));
      await inFolderOf(path, () => rename(staged, path));
    }
    const policies = [...unpacked.staged.keys()].filter((name) => isScheme(name.split('/')[0]));
    return {
      uris: policies.map((name) => storedUri(root, join(root, ...name.split('/')))),
      warnings: unpacked.warnings,
    };
  } catch (cause) {
    throw new PolicyArchiveError(`cannot unpack file ${file}: ${(cause as Error).message}`, { cause });
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    forgetIncomplete(incomplete);
    await archive.close();
  }
}

interface Unpacked {
  /** Names in the store, with slashes, to their files in the staging folder. */
  readonly staged: Map<string, string>;
  readonly warnings: string[];
}

async function unpack(
  compressed: AsyncIterable<Uint8Array>,
  staging: string,
  limits: ArchiveLimits,
): Promise<Unpacked> {
  const { extract: createExtract } = await import('tar-stream');
  const extract = createExtract();
  const unpacked: Unpacked = { staged: new Map(), warnings: [] };
  await settleAll([
    pipeline(compressed, createGunzip(), (content) => boundBytes(content, limits), extract),
    stageEntries(extract, staging, limits, unpacked),
  ]);
  return unpacked;
}

/** What is not content (headers, padding, blocks of zeros at the end) is bounded as well. */
async function* boundBytes(
  content: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
): AsyncGenerator<Uint8Array> {
  const maximumBytes =
    limits.maximumTotalBytes + limits.maximumEntries * maximumHeaderBytes + maximumTrailerBytes;
  let size = 0;
  for await (const piece of content) {
    size += piece.byteLength;
    if (size > maximumBytes) throw new PolicyArchiveError(`it unpacks to more than ${maximumBytes} bytes`);
    yield piece;
  }
}

async function stageEntries(
  extract: Extract,
  staging: string,
  limits: ArchiveLimits,
  { staged, warnings }: Unpacked,
): Promise<void> {
  let entries = 0;
  let total = 0;
  for await (const entry of extract) {
    const { name, size } = entry.header;
    entries += 1;
    total += size;
    if (entries > limits.maximumEntries)
      throw refused(name, `it is one of more than ${limits.maximumEntries}`);
    if (size > limits.maximumEntryBytes) {
      throw refused(name, `it is larger than ${limits.maximumEntryBytes} bytes`);
    }
    if (total > limits.maximumTotalBytes) {
      throw refused(name, `with it the content is larger than ${limits.maximumTotalBytes} bytes`);
    }
    const place = judge(entry.header);
    if (place === undefined) {
      entry.resume();
      continue;
    }
    if (place.kind === 'foreign') {
      warnings.push(`entry ${JSON.stringify(name)} is passed over: it belongs to no part of a store`);
      entry.resume();
      continue;
    }
    const path = join(staging, String(entries));
    const start = await writeStaged(path, entry as AsyncIterable<Uint8Array>);
    if (isScheme(place.components[0]) && !startsLikeWasm(start)) {
      warnings.push(`entry ${JSON.stringify(name)} is no WebAssembly module`);
    }
    // Of several entries with one name the last counts, as with any tar.
    staged.set(place.components.join('/'), path);
  }
}

/** The place of an entry; undefined for a folder, which is made when something lies in it. */
function judge({ name, type }: Header): Exclude<EntryPlace, { kind: 'refused' }> | undefined {
  const isFolder = type === 'directory';
  const bare = isFolder ? name.replace(/\/$/, '') : name;
  if (isFolder && bare === '.') return undefined;
  const place = placeEntry(bare);
  if (place.kind === 'refused') throw refused(name, place.reason);
  if (isFolder) return undefined;
  if (type !== 'file') throw refused(name, `it is no plain file but ${type ?? 'something unknown'}`);
  return place;
}

/** Writes an entry into the staging folder, and returns how its content starts. */
async function writeStaged(path: string, content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const file = await open(path, 'wx', 0o644);
  let start: Uint8Array = new Uint8Array(0);
  try {
    for await (const piece of content) {
      if (start.byteLength < 4) start = Buffer.concat([start, piece.subarray(0, 4)]);
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return start;
}

/** Refuses what would have to be both a file and a folder, in the archive or in the store as it is. */
async function checkPlaces(root: string, staged: ReadonlyMap<string, string>): Promise<void> {
  for (const name of staged.keys()) {
    const components = name.split('/');
    for (let length = 1; length < components.length; length += 1) {
      const folder = components.slice(0, length);
      const isFile = staged.has(folder.join('/')) || (await kindOf(join(root, ...folder))) === 'other';
      if (isFile) throw refused(name, `${folder.join('/')} is a file`);
    }
    if ((await kindOf(join(root, ...components))) === 'folder')
      throw refused(name, 'it is a folder in the store');
  }
}

async function kindOf(path: string): Promise<'folder' | 'other' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other';
  } catch {
    return undefined;
  }
}

function isScheme(name: string | undefined): boolean {
  return (storeSchemes as readonly (string | undefined)[]).includes(name);
}

function refused(name: string, reason: string): PolicyArchiveError {
  return new PolicyArchiveError(`entry ${JSON.stringify(name)} is refused: ${reason}`);
}
