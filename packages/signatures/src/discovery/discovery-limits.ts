/** What is read of what a registry offers as signatures. Past these an image counts as not signed. */
export const discoveryLimits = {
  /** Layers of a signature image. */
  simpleSigningLayers: 128,
  /** Artifacts that refer to the image and may be bundles. */
  bundles: 128,
  /** Bytes of one signed payload. */
  payloadBytes: 64 * 1024,
  /** Bytes of one bundle. */
  bundleBytes: 1024 * 1024,
  /** Bytes of all payloads and bundles, and of the manifests of bundles. */
  totalBytes: 8 * 1024 * 1024,
  /** Downloads at a time. */
  concurrency: 8,
} as const;
