import { RequestError } from './error.ts';

/** Any JSON object. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The member of an object that is to be an object itself; JSON's null counts as absent.
 *
 * @throws RequestError naming the path, when it is something else
 */
export function objectMember(parent: JsonObject, name: string, path: string): JsonObject | undefined {
  const value = parent[name];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new RequestError(`${path} must be an object`);
  return value;
}
