/** One reason of a rejection; all three keys are always printed. */
export interface StatusCause {
  readonly reason: string | null;
  readonly message: string | null;
  readonly field: string | null;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  /** Left out of the JSON when empty. */
  readonly causes: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface AdmissionResponseStatus {
  readonly status?: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  /** An HTTP status code, 0 to 65535. */
  readonly code?: number;
}

/** The answer to an admission request, as Kubernetes defines it (`admission.k8s.io/v1`). */
export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  /** Base64 of a JSON Patch (RFC 6902); the patch type is then `JSONPatch`. */
  readonly patch?: string;
  readonly status?: AdmissionResponseStatus;
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
}
