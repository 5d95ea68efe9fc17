import type { ExecutionMode } from '../execution-mode.ts';

/** A Kubernetes type that a policy reads through the host. */
export interface ContextAwareResource {
  readonly apiVersion: string;
  readonly kind: string;
}

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT' | '*';

/** Which requests a policy is meant for. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly Operation[];
}

/** What a policy says of itself, embedded in its module as the custom section `io.kubewarden.metadata`. */
export interface Metadata {
  readonly protocolVersion?: 'v1' | 'Unknown';
  readonly rules: readonly Rule[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly mutating: boolean;
  readonly backgroundAudit: boolean;
  readonly executionMode: ExecutionMode;
  readonly policyType: 'kubernetes' | 'raw';
  readonly contextAwareResources: readonly ContextAwareResource[];
  readonly hostCapabilities?: readonly string[];
  readonly minimumKubewardenVersion?: string;
}
