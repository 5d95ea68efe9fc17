import type { ImageReference } from '../reference/image-reference.ts';
import type { Descriptor, FetchedImageManifest, FetchedManifest } from './manifest.ts';

export interface TransferProgress {
  /** Bytes so far. */
  readonly transferred: number;
  /** Bytes in all, where they are known. */
  readonly total?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface TransferOptions extends CallOptions {
  readonly onProgress?: (progress: TransferProgress) => void;
}

/** Bytes to push, read again when an upload is repeated. */
export interface BlobContent {
  readonly digest: string;
  readonly size: number;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/**
 * Talks to registries (OCI distribution specification 1.1) and web servers, with the sources, proxies, credentials
 * and bounds that it was made with. Connections, tokens and what was learned about a host are kept until it is
 * closed. Digests are checked at every hop; failed reads are repeated where that may help.
 *
 * All methods throw RegistryError and its subclasses.
 */
export interface RegistryClient {
  /** The digest of what the reference stands for: of the index, if it is one. One HEAD request. */
  resolveDigest(image: ImageReference, options?: CallOptions): Promise<string>;
  fetchManifest(image: ImageReference, options?: CallOptions): Promise<FetchedManifest>;
  /** As `fetchManifest`, but of an index the manifest for the platform of this machine. */
  fetchImageManifest(image: ImageReference, options?: CallOptions): Promise<FetchedImageManifest>;
  /** A small blob, whole. `maximumBytes` bounds what is accepted, whatever the descriptor says. */
  fetchBlob(
    image: ImageReference,
    blob: Descriptor,
    options: CallOptions & { readonly maximumBytes: number },
  ): Promise<Uint8Array>;
  /** A blob piece by piece. The last piece is followed by an error if the digest or the size is wrong. */
  streamBlob(image: ImageReference, blob: Descriptor, options?: TransferOptions): AsyncIterable<Uint8Array>;
  /**
   * The bytes of a blob from `start` up to, and without, `end`, which no digest vouches for; `undefined` if the
   * registry does not serve ranges.
   */
  fetchBlobRange(
    image: ImageReference,
    blob: Descriptor,
    range: { readonly start: number; readonly end: number },
    options?: CallOptions,
  ): Promise<Uint8Array | undefined>;
  /** Uploads a blob unless the repository has it. */
  pushBlob(
    image: ImageReference,
    content: BlobContent,
    options?: TransferOptions,
  ): Promise<'pushed' | 'present'>;
  /**
   * Puts a manifest under the digest of the reference, or else its tag.
   *
   * @returns the digest of `bytes`, and whether the registry recorded its `subject` (header `OCI-Subject`)
   */
  pushManifest(
    image: ImageReference,
    bytes: Uint8Array,
    mediaType: string,
    options?: CallOptions,
  ): Promise<{ readonly digest: string; readonly subjectRecorded: boolean }>;
  listTags(image: ImageReference, options?: CallOptions): Promise<readonly string[]>;
  /**
   * What refers to the manifest with this digest: from the referrers API, or from the fallback tag where the
   * registry has no such API. Filtered by artifact type on our side as well.
   */
  listReferrers(
    image: ImageReference & { readonly digest: string },
    options?: CallOptions & { readonly artifactType?: string },
  ): Promise<readonly Descriptor[]>;
  /** The body behind an `http(s)` URL, piece by piece. */
  streamUrl(url: URL, options?: TransferOptions): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
