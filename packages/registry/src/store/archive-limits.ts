import { maximumPolicyBytes } from '../policy-file.ts';

/** Bounds on what an archive may unpack to. */
export interface ArchiveLimits {
  readonly maximumEntries: number;
  /** Of one file. */
  readonly maximumEntryBytes: number;
  /** Of all files. */
  readonly maximumTotalBytes: number;
}

/** 10,000 files, 256 MiB each, 8 GiB in all. */
export const defaultArchiveLimits: ArchiveLimits = {
  maximumEntries: 10_000,
  maximumEntryBytes: maximumPolicyBytes,
  maximumTotalBytes: 8 * 1024 * 1024 * 1024,
};
