import { type BigIntStats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileFacts, isSameState } from './facts.ts';
import { writeAtomically } from './write.ts';

/** What is known of a file, and the state in which it was when that was found out. */
export interface IndexedFile {
  readonly state: Pick<BigIntStats, 'size' | 'mtimeNs' | 'ctimeNs' | 'ino'>;
  readonly facts: FileFacts;
}

/** By path, relative to the root. */
export type StoreIndex = ReadonlyMap<string, IndexedFile>;

/** Beside the folders of the schemes, so that no policy can have its name. */
const indexName = '.index.json';
const maximumIndexBytes = 8 * 1024 * 1024;
const maximumIndexedFiles = 10_000;
/** Clocks of file systems tick; what changes within one tick leaves no trace. */
const tickNanoseconds = 50_000_000n;
const coarseTickNanoseconds = 2_000_000_000n;
const version = 1;

/**
 * The facts of a file if it has not changed since they were found.
 *
 * The index is a cache and nothing else: whoever relies on the digest of a file reads the file.
 */
export function indexedFacts(index: StoreIndex, path: string, state: BigIntStats): FileFacts | undefined {
  const indexed = index.get(path);
  return indexed !== undefined && isSameState(indexed.state, state) ? indexed.facts : undefined;
}

/** Whether a file that changed at this moment would be seen to have changed. */
export function isSettled({ mtimeNs, ctimeNs }: BigIntStats, now: bigint): boolean {
  const changed = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
  const isCoarse = changed % 1_000_000_000n === 0n;
  return now - changed > (isCoarse ? coarseTickNanoseconds : tickNanoseconds);
}

/** Reads the index of a store; an empty one if there is none, or it is broken or too large. Never fails. */
export async function readIndex(root: string): Promise<StoreIndex> {
  const path = join(root, indexName);
  try {
    if ((await stat(path)).size > maximumIndexBytes) return new Map();
    return decode(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return new Map();
  }
}

/** Writes the index of a store if that is possible: a listing does not fail for its cache. */
export async function writeIndex(root: string, index: StoreIndex): Promise<void> {
  const files = [...index]
    .slice(0, maximumIndexedFiles)
    .map(([path, { state, facts }]) => [
      path,
      [state.size, state.mtimeNs, state.ctimeNs, state.ino].map(String),
      facts,
    ]);
  const bytes = new TextEncoder().encode(JSON.stringify({ version, files }));
  if (bytes.byteLength > maximumIndexBytes) return;
  await writeAtomically(join(root, indexName), bytes, 'given').catch(() => undefined);
}

function decode(value: unknown): StoreIndex {
  if (!isRecord(value) || value['version'] !== version || !Array.isArray(value['files'])) return new Map();
  return new Map(
    value['files'].slice(0, maximumIndexedFiles).flatMap((entry: unknown) => {
      const decoded = decodeEntry(entry);
      return decoded === undefined ? [] : [decoded];
    }),
  );
}

function decodeEntry(entry: unknown): [string, IndexedFile] | undefined {
  const [path, state, facts] = Array.isArray(entry) ? (entry as unknown[]) : [];
  const decodedState = decodeState(state);
  const decodedFacts = decodeFacts(facts);
  if (typeof path !== 'string' || decodedState === undefined || decodedFacts === undefined) return undefined;
  return [path, { state: decodedState, facts: decodedFacts }];
}

function decodeState(value: unknown): IndexedFile['state'] | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const numbers = value.map((text: unknown) =>
    /^\d{1,20}$/.test(String(text)) ? BigInt(String(text)) : undefined,
  );
  const [size, mtimeNs, ctimeNs, ino] = numbers;
  if (size === undefined || mtimeNs === undefined || ctimeNs === undefined || ino === undefined)
    return undefined;
  return { size, mtimeNs, ctimeNs, ino };
}

function decodeFacts(value: unknown): FileFacts | undefined {
  if (!isRecord(value)) return undefined;
  const { sha256, summary, problem } = value;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  if (problem !== undefined && typeof problem !== 'string') return undefined;
  const rest = { sha256, ...(problem !== undefined && { problem }) };
  if (summary === undefined) return rest;
  if (!isRecord(summary)) return undefined;
  const { mutating, contextAware } = summary;
  if (typeof mutating !== 'boolean' || typeof contextAware !== 'boolean') return undefined;
  return { ...rest, summary: { mutating, contextAware } };
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
