import type { AdmissionRequest } from './admission-request.ts';
import { RequestError } from './error.ts';
import { isObject, type JsonObject } from './shape.ts';

/** What the host sends for `validate`. */
export interface Review {
  readonly request: unknown;
  readonly settings: unknown;
}

/**
 * Reads `{"request": …, "settings": …}`; settings that are absent or null are `{}`.
 *
 * @throws RequestError if the text is not JSON, or has no request
 */
export function readReview(payload: string): Review {
  let review: unknown;
  try {
    review = JSON.parse(payload);
  } catch (error) {
    throw new RequestError(`the payload is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(review)) throw new RequestError('the payload must be an object');
  if (review['request'] === undefined) throw new RequestError('the payload has no request');
  return { request: review['request'], settings: review['settings'] ?? {} };
}

/**
 * Checks what policies rely on; members that are null are removed, as if they had not been there.
 *
 * @throws RequestError naming the field
 */
export function readAdmissionRequest(request: unknown): AdmissionRequest {
  if (!isObject(request)) throw new RequestError('request must be an object');
  for (const name of Object.keys(request)) if (request[name] === null) delete request[name];
  for (const name of ['uid', 'operation']) requireString(request, name, 'request');
  for (const name of ['group', 'version', 'kind']) requireString(request['kind'], name, 'request.kind');
  for (const name of ['group', 'version', 'resource']) {
    requireString(request['resource'], name, 'request.resource');
  }
  requireObject(request['userInfo'], 'request.userInfo');
  for (const name of ['name', 'namespace', 'subResource']) {
    if (request[name] !== undefined) requireString(request, name, 'request');
  }
  for (const name of ['object', 'oldObject']) {
    if (request[name] !== undefined) requireObject(request[name], `request.${name}`);
  }
  return request as unknown as AdmissionRequest;
}

function requireObject(value: unknown, path: string): asserts value is JsonObject {
  if (!isObject(value)) throw new RequestError(`${path} must be an object`);
}

function requireString(parent: unknown, name: string, path: string): void {
  requireObject(parent, path);
  if (typeof parent[name] !== 'string') throw new RequestError(`${path}.${name} must be a string`);
}
