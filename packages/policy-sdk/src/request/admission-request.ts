import type { KubernetesObject } from '../kubernetes/resources.ts';

/** `group`, `version` and `kind` of a Kubernetes type; the core group is the empty string. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** `group`, `version` and plural name of a Kubernetes collection. */
export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** Who made the request. */
export interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/**
 * What Kubernetes asks a policy about (`AdmissionRequest` of `admission.k8s.io/v1`).
 *
 * `object` and `oldObject` are plain JSON: a policy may edit them in place, and fields that no type knows are kept.
 *
 * @typeParam T - the type of the object, for a policy that is asked about one kind only
 */
export interface AdmissionRequest<T = KubernetesObject> {
  readonly uid: string;
  /** The type of `object`. */
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  readonly subResource?: string;
  /** The type that the client sent, when Kubernetes converted it for the policy. */
  readonly requestKind?: GroupVersionKind;
  readonly requestResource?: GroupVersionResource;
  readonly requestSubResource?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly userInfo: UserInfo;
  /** Absent on DELETE. */
  readonly object?: T;
  /** Present on UPDATE and DELETE. */
  readonly oldObject?: T;
  readonly dryRun?: boolean;
  /** For instance `CreateOptions`. */
  readonly options?: KubernetesObject;
}
