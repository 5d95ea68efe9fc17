import { UntrustedSignatureError } from './signed-statement.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws UntrustedSignatureError naming what could not be read */
export function parseJsonObject(text: string | Uint8Array, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(
      typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text),
    );
  } catch (cause) {
    throw new UntrustedSignatureError(`${what} is not JSON`, { cause });
  }
  if (!isJsonObject(value)) throw new UntrustedSignatureError(`${what} is not a JSON object`);
  return value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is found on the way down, `undefined` where there is no such way. A number is an index. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (typeof key === 'number') return Array.isArray(at) ? (at as readonly unknown[])[key] : undefined;
    return isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }, value);
}

export function stringAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}
