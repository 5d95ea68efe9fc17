import type {
  AdmissionResponse,
  AdmissionResponseStatus,
  StatusCause,
  StatusDetails,
} from '@kubewarden/policy';

/**
 * A string literal as Rust's `{:?}` writes it. Such literals are part of texts that users search their logs and
 * tests for.
 */
export function rustDebugString(text: string): string {
  return `"${text.replace(escaped, escapeCharacter)}"`;
}

/** `Some("text")` or `None`. */
function rustDebugOption(text: string | undefined | null): string {
  return option(text, rustDebugString);
}

/** An admission response in the form of the original's log of monitor mode (policy-server.md 13.4). */
export function rustDebugResponse(response: AdmissionResponse): string {
  return structure('AdmissionResponse', {
    uid: rustDebugString(response.uid),
    allowed: String(response.allowed),
    patch_type: response.patch === undefined ? 'None' : 'Some(JSONPatch)',
    patch: rustDebugOption(response.patch),
    status: option(response.status, debugStatus),
    audit_annotations: option(response.auditAnnotations, debugAnnotations),
    warnings: option(response.warnings, (warnings) => `[${warnings.map(rustDebugString).join(', ')}]`),
  });
}

function debugStatus(status: AdmissionResponseStatus): string {
  return structure('AdmissionResponseStatus', {
    status: option(status.status, String),
    message: rustDebugOption(status.message),
    reason: option(status.reason, enumVariant),
    details: option(status.details, debugDetails),
    code: option(status.code, String),
  });
}

function debugDetails(details: StatusDetails): string {
  return structure('StatusDetails', {
    name: rustDebugOption(details.name),
    group: rustDebugOption(details.group),
    kind: rustDebugOption(details.kind),
    uid: rustDebugOption(details.uid),
    causes: `[${details.causes.map(debugCause).join(', ')}]`,
    retry_after_seconds: option(details.retryAfterSeconds, String),
  });
}

function debugCause(cause: StatusCause): string {
  return structure('StatusCause', {
    reason: option(cause.reason, enumVariant),
    message: rustDebugOption(cause.message),
    field: rustDebugOption(cause.field),
  });
}

/** The original's map has no order; ours is sorted. */
function debugAnnotations(annotations: Readonly<Record<string, string>>): string {
  const entries = Object.entries(annotations).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, value]) => `${rustDebugString(key)}: ${rustDebugString(value)}`).join(', ')}}`;
}

/** Reasons are enums in the original; the empty reason is its variant `Unknown`. */
function enumVariant(reason: string): string {
  return reason === '' ? 'Unknown' : reason;
}

function structure(name: string, fields: Readonly<Record<string, string>>): string {
  const parts = Object.entries(fields).map(([field, text]) => `${field}: ${text}`);
  return `${name} { ${parts.join(', ')} }`;
}

function option<T>(value: T | undefined | null, format: (value: T) => string): string {
  return value === undefined || value === null ? 'None' : `Some(${format(value)})`;
}

// What Rust regards as not printable, and marks that would merge with the character before them.
const escaped = /["\\]|(?! )[\p{C}\p{Z}]|\p{Grapheme_Extend}/gu;

function escapeCharacter(character: string): string {
  switch (character) {
    case '"':
    case '\\':
      return `\\${character}`;
    case '\0':
      return '\\0';
    case '\t':
      return '\\t';
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    default:
      return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  }
}
