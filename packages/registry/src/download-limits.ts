/** Bounds on one download. */
export interface DownloadLimits {
  /** A larger body is refused. Default 256 MiB. */
  readonly maximumBytes: number;
  /** For the whole download, redirects and repetitions included. Default 300,000. */
  readonly totalMilliseconds: number;
  /** For the connection and its TLS handshake. Default 10,000. */
  readonly connectMilliseconds: number;
  /** Between two pieces of an answer. Default 30,000. */
  readonly idleMilliseconds: number;
  /** Pause before the first repetition; doubled for the second. Default 500. */
  readonly retryMilliseconds: number;
}

export const defaultDownloadLimits: DownloadLimits = {
  maximumBytes: 256 * 1024 * 1024,
  totalMilliseconds: 300_000,
  connectMilliseconds: 10_000,
  idleMilliseconds: 30_000,
  retryMilliseconds: 500,
};
