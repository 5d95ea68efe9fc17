/** What a waPC or WASI guest answers to `validate`. */
export interface ValidationResponse {
  readonly accepted: boolean;
  readonly message?: string;
  /** 0 to 65535. */
  readonly code?: number;
  /** Canonical JSON of the mutated object, UTF-8; absent when the guest changed nothing. */
  readonly mutatedObject?: Uint8Array;
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
}

/** What a guest answers to `validate_settings`. */
export interface SettingsValidationResponse {
  readonly valid: boolean;
  readonly message?: string;
}
