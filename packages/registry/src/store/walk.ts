import { type BigIntStats, type Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isPartialName, removeAbandoned } from './partial-files.ts';
import { storeSchemes } from './paths.ts';

/** A file of the store, or something that should be one and cannot be looked at. */
export type WalkedFile =
  | { readonly kind: 'file'; readonly path: string; readonly state: BigIntStats }
  | { readonly kind: 'unreadable'; readonly path: string; readonly problem: string };

/** A link may lead out of the store, to whatever size. */
const maximumFiles = 100_000;

/**
 * All files below `<root>/<scheme>/<host>`, links followed. What cannot be looked at is reported in its place;
 * what does not exist is not there. Removes on its way what killed processes left.
 */
export async function walkStore(root: string): Promise<WalkedFile[]> {
  const found: WalkedFile[] = [];
  for (const scheme of storeSchemes) {
    const folder = join(root, scheme);
    const ancestors = new Set(await Promise.all([root, folder].map(identityOf)));
    await walkFolder(folder, { found, ancestors, depth: 0 });
  }
  return found;
}

interface Walk {
  readonly found: WalkedFile[];
  /** Device and inode of the folders above: one of them again is a loop. */
  readonly ancestors: ReadonlySet<string>;
  /** 0 for the folder of a scheme, which holds folders of hosts and no policies. */
  readonly depth: number;
}

async function walkFolder(path: string, walk: Walk): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    const missing = walk.depth === 0 && (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing) report(walk, path, error);
    return;
  }
  if (entries.some(({ name }) => isPartialName(name))) await removeAbandoned(path);
  for (const entry of entries) {
    if (!isPartialName(entry.name)) await walkEntry(join(path, entry.name), walk);
  }
}

async function walkEntry(path: string, walk: Walk): Promise<void> {
  if (walk.found.length >= maximumFiles) return;
  let state: BigIntStats;
  try {
    state = await stat(path, { bigint: true });
  } catch (error) {
    report(walk, path, error);
    return;
  }
  if (state.isDirectory()) {
    const identity = identify(state);
    if (walk.ancestors.has(identity)) {
      report(walk, path, new Error('the link leads back to a folder above it'));
      return;
    }
    const ancestors = new Set([...walk.ancestors, identity]);
    await walkFolder(path, { found: walk.found, ancestors, depth: walk.depth + 1 });
  } else if (walk.depth > 0) {
    if (state.isFile()) walk.found.push({ kind: 'file', path, state });
    else report(walk, path, new Error('it is no regular file'));
  }
}

function identify({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

function identityOf(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(identify, () => '');
}

function report({ found }: Walk, path: string, error: unknown): void {
  found.push({ kind: 'unreadable', path, problem: (error as Error).message });
}
