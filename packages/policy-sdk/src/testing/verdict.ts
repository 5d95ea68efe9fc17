import type { KubernetesObject } from '../kubernetes/resources.ts';

/** What a policy decided in a test, and what it did meanwhile. */
export interface Verdict<T = KubernetesObject> {
  readonly accepted: boolean;
  readonly message?: string;
  readonly code?: number;
  /** What the object becomes; absent when the policy changed nothing. */
  readonly mutatedObject?: T;
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
  /** What the policy wrote to the log. */
  readonly logs: readonly LogEntry[];
  /** What the policy asked of its host, in that order. */
  readonly hostCalls: readonly HostCall[];
  /** How many exchanges of a recorded session nobody asked for; 0 with other hosts. */
  readonly unusedExchanges: number;
}

/** One entry of the log. */
export interface LogEntry {
  /** `trace`, `debug`, `info`, `warning` or `error`, as the policy wrote it. */
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One call of a host capability. */
export interface HostCall {
  /** For instance `kubernetes/get_resource`. */
  readonly capability: string;
  /** The request, as it goes over the wire. */
  readonly request: unknown;
}
