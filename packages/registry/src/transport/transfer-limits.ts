/** Bounds on one operation of a registry client. */
export interface TransferLimits {
  /** A larger blob or body is refused. Default 256 MiB. */
  readonly maximumBytes: number;
  /** For the whole operation, redirects and repetitions included. Default 300,000. */
  readonly totalMilliseconds: number;
  /** For the connection and its TLS handshake. Default 10,000. */
  readonly connectMilliseconds: number;
  /** Until an answer begins, and between two pieces of it. Default 30,000. */
  readonly idleMilliseconds: number;
  /** Pause before the first repetition; doubled for the second. Default 500. */
  readonly retryMilliseconds: number;
}

export const defaultTransferLimits: TransferLimits = {
  maximumBytes: 256 * 1024 * 1024,
  totalMilliseconds: 300_000,
  connectMilliseconds: 10_000,
  idleMilliseconds: 30_000,
  retryMilliseconds: 500,
};

/** How often something that may be repeated is tried. */
export const maximumAttempts = 3;
