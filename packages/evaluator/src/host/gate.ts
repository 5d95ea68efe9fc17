import type { ContextAwareResource } from '@kubewarden/policy';
import type { HostCapabilities } from './capabilities.ts';
import type { PolicyLog } from './log.ts';
import type { HostAnswerer, HostRequest } from './request.ts';

/** What a policy may ask of its host. */
export interface PolicyPermissions {
  readonly policyId: string;
  readonly hostCapabilities: HostCapabilities;
  readonly contextAwareResources: readonly ContextAwareResource[];
}

/**
 * The one door between guests and host capabilities: it authorises, decodes and forwards. waPC and WASI guests
 * come through {@link HostGate.call}, the data of Rego policies through {@link HostGate.fetch}.
 */
export interface HostGate {
  readonly permissions: PolicyPermissions;
  readonly log: PolicyLog;
  /**
   * A host call as a guest makes it. Order of the checks: evaluator.md 4.1.
   *
   * @returns the response payload; a promise only where the answer needs I/O
   * @throws HostCallError (or a promise rejected with one) when refused or failed
   */
  call(
    binding: string,
    namespace: string,
    operation: string,
    payload: Uint8Array,
  ): Uint8Array | Promise<Uint8Array>;
  /**
   * A request that the host makes on behalf of a Rego policy: the resource must be among the
   * `contextAwareResources`, `hostCapabilities` does not apply.
   */
  fetch(request: HostRequest): Uint8Array | Promise<Uint8Array>;
}

export type CreateHostGate = (
  permissions: PolicyPermissions,
  answer: HostAnswerer,
  log: PolicyLog,
) => HostGate;
