import { JsonShapeError, JsonSyntaxError } from '@kubewarden/policy';
import { rustDebugString } from '../verdict/rust-debug.ts';

/** What the decoders of `@kubewarden/policy` throw. */
export type JsonError = JsonSyntaxError | JsonShapeError;

export function isJsonError(error: unknown): error is JsonError {
  return error instanceof JsonSyntaxError || error instanceof JsonShapeError;
}

/** The error as Rust's `{:?}` writes one of serde_json: `Error("…", line: 1, column: 2)`. */
export function debugJsonError(error: JsonError): string {
  const { line, column } = error.position;
  const place = ` at line ${line} column ${column}`;
  const detail = error.message.endsWith(place) ? error.message.slice(0, -place.length) : error.message;
  return `Error(${rustDebugString(detail)}, line: ${line}, column: ${column})`;
}
