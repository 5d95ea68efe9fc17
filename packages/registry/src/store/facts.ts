import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { MetadataError } from '@kubewarden/policy';
import { type MetadataReadLimits, readMetadataInPieces } from '../metadata-in-pieces.ts';

/** What a listing tells of a policy's metadata. */
export interface PolicySummary {
  readonly mutating: boolean;
  readonly contextAware: boolean;
}

/** What the content of a stored file says. */
export interface FileFacts {
  /** Hexadecimal, of the file: not the digest of a manifest. */
  readonly sha256: string;
  /** Undefined if the module is not annotated, or its metadata cannot be read. */
  readonly summary?: PolicySummary;
  /** Why the metadata cannot be read. */
  readonly problem?: string;
}

const readBytes = 1024 * 1024;
const metadataLimits: MetadataReadLimits = { windowBytes: 16 * 1024, maximumReads: 8192 };

/**
 * Reads a file of the store.
 *
 * @returns what it says, and its state if that was the same before and after
 * @throws the error of the file system
 */
export async function readFacts(
  path: string,
): Promise<{ readonly facts: FileFacts; readonly state: BigIntStats | undefined }> {
  const file = await open(path, 'r');
  try {
    const before = await file.stat({ bigint: true });
    const sha256 = await hash(file);
    const facts = { sha256, ...(await readSummary(file, Number(before.size))) };
    const after = await file.stat({ bigint: true });
    return { facts, state: isSameState(before, after) ? after : undefined };
  } finally {
    await file.close();
  }
}

/** The SHA-256 of a file, in hexadecimal. Memory does not depend on its size. */
export async function hashFile(path: string): Promise<{ readonly sha256: string; readonly size: number }> {
  const file = await open(path, 'r');
  try {
    return { sha256: await hash(file), size: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

type FileState = Pick<BigIntStats, 'size' | 'mtimeNs' | 'ctimeNs' | 'ino'>;

/** Whether nothing points to a file having changed from one moment to another. */
export function isSameState(one: FileState, other: FileState): boolean {
  return (
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs &&
    one.ino === other.ino
  );
}

async function hash(file: FileHandle): Promise<string> {
  const digest = createHash('sha256');
  const buffer = Buffer.allocUnsafe(readBytes);
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, readBytes, position);
    if (bytesRead === 0) return digest.digest('hex');
    digest.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

async function readSummary(file: FileHandle, size: number): Promise<Omit<FileFacts, 'sha256'>> {
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const buffer = Buffer.alloc(end - start);
    const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, start);
    return buffer.subarray(0, bytesRead);
  };
  try {
    const metadata = await readMetadataInPieces(size, read, metadataLimits);
    if (metadata === undefined) return {};
    const { mutating, contextAwareResources } = metadata;
    return { summary: { mutating, contextAware: contextAwareResources.length > 0 } };
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error;
    return { problem: error.message };
  }
}
