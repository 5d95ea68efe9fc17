import type { PolicyModule, PolicyPermissions } from '@kubewarden/evaluator';

/** A policy that the pool serves. Survives a structured clone. */
export interface PooledPolicy {
  readonly kind: 'policy';
  /** `name`, or `group/member` for the members of a group. */
  readonly id: string;
  /** Digest of one of the pool's modules. */
  readonly module: PolicyModule['digest'];
  /** Canonical JSON of an object, UTF-8. */
  readonly settings: Uint8Array;
  readonly permissions: PolicyPermissions;
  readonly mode: 'protect' | 'monitor';
  readonly allowedToMutate: boolean;
  /** Custom rejection message. */
  readonly message?: string;
  /** How long an evaluation may take, host calls included; absent means without limit. */
  readonly deadlineMilliseconds?: number;
}

/** A policy group; each of its members is also a policy of the pool, with the id `group/member`. */
export interface PooledGroup {
  readonly kind: 'group';
  readonly id: string;
  readonly expression: string;
  readonly message: string;
  readonly mode: 'protect' | 'monitor';
  /** Member names, without the group's name. */
  readonly members: readonly string[];
}

/** A policy that could not be initialised: it answers every review with a rejection that says why. */
export interface FailedPolicy {
  readonly kind: 'failed';
  readonly id: string;
  readonly mode: 'protect' | 'monitor';
  readonly reason: string;
}
