import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Pack } from 'tar-stream';
import { PolicyArchiveError, PolicyStoreError } from '../errors.ts';
import { hashFile } from './facts.ts';
import { findPolicyByUri } from './find.ts';
import { signaturesFolder } from './paths.ts';
import { settleAll } from './settle-all.ts';
import { writeUserFile } from './write-user-file.ts';

/** What is to be packed: its name in the archive, with slashes, and its file. */
interface Member {
  readonly name: string;
  readonly path: string;
}

/**
 * Packs policies of the store into an archive (gzip tar) that `kwctl load` reads, ours and the original's: plain
 * files, called as in the store. What the store keeps about signatures of these modules goes along. The archive is
 * there whole or not at all.
 *
 * @throws PolicyArchiveError naming the policy or the file
 */
export async function savePolicies(root: string, uris: readonly string[], file: string): Promise<void> {
  const policies = await Promise.all(uris.map((uri) => findMember(root, uri)));
  const signatures = await Promise.all(policies.map((policy) => findSignatures(root, policy)));
  const members = new Map([...policies, ...signatures.flat()].map((member) => [member.name, member]));
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

/** The names of files about signatures start with the digest of the module. */
async function findSignatures(root: string, policy: Member): Promise<Member[]> {
  const names = await readdir(join(root, signaturesFolder)).catch(() => []);
  if (names.length === 0) return [];
  const { sha256 } = await hashFile(policy.path).catch((cause: unknown) => {
    throw new PolicyArchiveError(`cannot open policy file ${policy.name}: ${(cause as Error).message}`, {
      cause,
    });
  });
  return names
    .filter((name) => name.startsWith(`${sha256}-`))
    .map((name) => ({ name: `${signaturesFolder}/${name}`, path: join(root, signaturesFolder, name) }));
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
