/** `group`, `version` and `kind` of a Kubernetes type. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** `group`, `version` and `resource` of a Kubernetes collection. */
export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/**
 * A decoded admission request: what the host must know, and the JSON that the guest gets.
 *
 * The object itself is never turned into JavaScript values, so that no number is lost.
 */
export interface AdmissionRequest {
  readonly uid: string;
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  readonly subResource?: string;
  readonly requestKind?: GroupVersionKind;
  readonly name?: string;
  readonly namespace?: string;
  readonly operation: string;
  /**
   * The request as guests see it, UTF-8: unknown fields dropped, null and absent optional fields left out,
   * keys of all objects in byte order, numbers in canonical form.
   */
  readonly json: Uint8Array;
  /**
   * Canonical JSON of `object`; absent on DELETE. It is the left side of a mutation's patch. A part of `json`
   * with the same buffer, so only one of them can be listed for a transfer to another thread.
   */
  readonly object?: Uint8Array;
}

/**
 * A request for a policy of type `raw`: any JSON value.
 */
export interface RawRequest {
  /** The value's member `uid` if that is a string, else the empty string. */
  readonly uid: string;
  /** The value in canonical form, UTF-8. */
  readonly json: Uint8Array;
}
