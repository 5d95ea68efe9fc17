/** Points to content in a registry (OCI image specification 1.1, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
}

export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
  readonly variant?: string;
  readonly features?: readonly string[];
}

export interface IndexEntry extends Descriptor {
  readonly platform?: Platform;
}

/** OCI image manifest, or Docker's of version 2. */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** OCI image index, or Docker's manifest list. */
export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly manifests: readonly IndexEntry[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Fetched {
  /** Checked against the reference, the registry's header and the bytes. */
  readonly digest: string;
  /** As the registry names it in `Content-Type`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface FetchedImageManifest extends Fetched {
  readonly kind: 'image';
  readonly manifest: ImageManifest;
}

export interface FetchedImageIndex extends Fetched {
  readonly kind: 'index';
  readonly manifest: ImageIndex;
}

export type FetchedManifest = FetchedImageManifest | FetchedImageIndex;
