export type PolicyLogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** One line that a policy, or the host on its behalf, writes to the log. */
export interface PolicyLogEntry {
  readonly policyId: string;
  readonly level: PolicyLogLevel;
  readonly message: string;
  /** Compact JSON of the other fields that the guest gave; absent when the host itself speaks. */
  readonly data?: string;
  /** What the host has to add, by name; absent when the guest speaks. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Takes log entries; must not throw and must not block. */
export type PolicyLog = (entry: PolicyLogEntry) => void;
