import type { RequiredAnnotations } from '../verification-config/verification-config.ts';

/**
 * Why these annotations are not those that are required; nothing if they are. Numbers and booleans count as their
 * text.
 */
export function annotationsMismatch(
  required: RequiredAnnotations | undefined,
  signed: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const [key, value] of Object.entries(required ?? {})) {
    const found = Object.hasOwn(signed, key) ? annotationText(signed[key]) : undefined;
    if (found === undefined) return `it has no annotation ${key}`;
    if (found !== value) return `its annotation ${key} is ${found}`;
  }
  return undefined;
}

/** `undefined` for what has no text to compare with. */
export function annotationText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  // A larger number has lost digits when it was read, and could be taken for another one.
  if (typeof value === 'number' && (Number.isSafeInteger(value) || !Number.isInteger(value))) {
    return String(value);
  }
  return undefined;
}
