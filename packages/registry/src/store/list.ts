import { relative } from 'node:path';
import { type FileFacts, type PolicySummary, readFacts } from './facts.ts';
import {
  indexedFacts,
  type IndexedFile,
  isSettled,
  readIndex,
  type StoreIndex,
  writeIndex,
} from './index-file.ts';
import { storedUri } from './paths.ts';
import { type WalkedFile, walkStore } from './walk.ts';

/** A policy in the store. */
export interface StoredPolicy {
  readonly kind: 'policy';
  readonly uri: string;
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Hexadecimal, of the file: not the digest of a manifest. */
  readonly sha256: string;
  /** Undefined if the module is not annotated, or its metadata cannot be read. */
  readonly summary?: PolicySummary;
  /** Why the metadata cannot be read: the file is corrupt or foreign. */
  readonly problem?: string;
}

/** A file, folder or link in the store that cannot be read. */
export interface UnreadableEntry {
  readonly kind: 'unreadable';
  readonly uri: string;
  readonly path: string;
  readonly problem: string;
}

export type StoreEntry = StoredPolicy | UnreadableEntry;

const concurrentReads = 4;

/**
 * Everything in a store, sorted by URI. Nothing that lies in it makes this fail.
 *
 * What was found out about a file is remembered, and used until the file changes; `fresh` looks again.
 */
export async function listPolicies(
  root: string,
  { fresh = false }: { readonly fresh?: boolean } = {},
): Promise<StoreEntry[]> {
  const files = await walkStore(root);
  if (files.length === 0) return [];
  const known: StoreIndex = fresh ? new Map() : await readIndex(root);
  const index = new Map<string, IndexedFile>();
  const entries: StoreEntry[] = [];
  const queue = files.values();
  let changed = false;
  const work = async (): Promise<void> => {
    for (const file of queue) {
      const uri = storedUri(root, file.path);
      if (file.kind === 'unreadable') {
        entries.push({ ...file, uri });
        continue;
      }
      const key = relative(root, file.path);
      const facts = indexedFacts(known, key, file.state);
      if (facts !== undefined) {
        index.set(key, { state: file.state, facts });
        entries.push(policy(uri, file, facts));
        continue;
      }
      const now = BigInt(Date.now()) * 1_000_000n;
      try {
        const read = await readFacts(file.path);
        entries.push(policy(uri, file, read.facts));
        if (read.state !== undefined && isSettled(read.state, now)) {
          index.set(key, { state: read.state, facts: read.facts });
          changed = true;
        }
      } catch (error) {
        entries.push({ kind: 'unreadable', uri, path: file.path, problem: (error as Error).message });
      }
    }
  };
  await Promise.all(Array.from({ length: concurrentReads }, work));
  if (changed || index.size !== known.size) await writeIndex(root, index);
  return entries.toSorted((one, other) => (one.uri < other.uri ? -1 : Number(one.uri > other.uri)));
}

function policy(uri: string, file: Extract<WalkedFile, { kind: 'file' }>, facts: FileFacts): StoredPolicy {
  return { kind: 'policy', uri, path: file.path, size: Number(file.state.size), ...facts };
}
