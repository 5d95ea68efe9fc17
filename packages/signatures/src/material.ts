/** A layer of cosign's `sha256-….sig` image: what was signed, and the annotations that sign it. */
export interface SimpleSigningLayer {
  readonly payload: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * All that is known about who signed an image, as found in its registry; nothing of it is trusted yet. It binds
 * itself: whoever checks it needs nothing else from the registry.
 */
export interface SignatureMaterial {
  /** `registry/repository[:tag][@digest]` as it was asked for. */
  readonly image: string;
  /** Of the signed manifest or index. */
  readonly digest: string;
  /** The bytes behind `digest`. */
  readonly manifest: Uint8Array;
  readonly simpleSigning: readonly SimpleSigningLayer[];
  /** Sigstore bundles (JSON), found through the referrers API or its fallback tag. */
  readonly bundles: readonly Uint8Array[];
}
