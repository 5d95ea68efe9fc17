import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Pack } from 'tar-stream';
import { PolicyArchiveError, PolicyStoreError } from '../errors.ts';
import { findPolicyByUri } from './find.ts';
import { settleAll } from './settle-all.ts';
import { writeUserFile } from './write-user-file.ts';

/** What is to be packed: its name in the archive, with slashes, and its file. */
interface Member {
  readonly name: string;
  readonly path: string;
}

/**
 * Packs policies of the store into an archive (gzip tar) that `kwctl load` reads, ours and the original's: plain
 * files, called as in the store. The archive is there whole or not at all.
 *
 * @param also - other files of the store to pack, as paths relative to its root
 * @throws PolicyArchiveError naming the policy or the file
 */
export async function savePolicies(
  root: string,
  uris: readonly string[],
  file: string,
  { also = [] }: { readonly also?: readonly string[] } = {},
): Promise<void> {
  const members = new Map<string, Member>();
  for (const uri of uris) {
    const member = await findMember(root, uri);
    members.set(member.name, member);
  }
  for (const path of also) {
    const name = path.split(sep).join('/');
    members.set(name, { name, path: join(root, path) });
  }
  const { pack: createPack } = await import('tar-stream');
  const archive = createPack();
  try {
    await settleAll([
      addMembers(archive, [...members.values()]),
      pipeline(pieces(archive), createGzip(), (content) => writeUserFile(file, content)),
    ]);
  } catch (cause) {
    if (cause instanceof PolicyArchiveError) throw cause;
    // Its message names a module, which this is not.
    const { message } = (cause instanceof PolicyStoreError ? cause.cause : cause) as Error;
    throw new PolicyArchiveError(`cannot create file ${file}: ${message}`, { cause });
  }
}

async function findMember(root: string, uri: string): Promise<Member> {
  let found: { readonly path: string } | undefined;
  try {
    found = await findPolicyByUri(root, uri);
  } catch (cause) {
    throw new PolicyArchiveError(`cannot find policy ${uri}: ${(cause as Error).message}`, { cause });
  }
  if (found === undefined)
    throw new PolicyArchiveError(`cannot find policy ${uri}: it is not in the store ${root}`);
  return { name: relative(root, found.path).split(sep).join('/'), path: found.path };
}

async function addMembers(archive: Pack, members: readonly Member[]): Promise<void> {
  try {
    for (const { name, path } of members) await addMember(archive, name, path);
    archive.finalize();
  } catch (error) {
    // Ends the reading side as well.
    archive.destroy(error as Error);
    throw error;
  }
}

async function addMember(archive: Pack, name: string, path: string): Promise<void> {
  try {
    const { size, mtime } = await stat(path);
    await pipeline(createReadStream(path), archive.entry({ name, size, mtime, mode: 0o644 }));
  } catch (cause) {
    throw new PolicyArchiveError(`cannot append policy ${name} to tar file: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** The archive's own streams are not Node's; an iteration is understood by both. */
async function* pieces(archive: Pack): AsyncGenerator<Uint8Array, void> {
  for await (const piece of archive) yield piece as Uint8Array;
}
