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
 * Checks what policies rely on, one by one: policies run in an interpreter, where loops cost more. Members that are null are removed, as if they had not been there.
 *
 * @throws RequestError naming the field
 */
export function readAdmissionRequest(request: unknown): AdmissionRequest {
  requireObject(request, 'request');
  for (const name in request) if (request[name] === null) delete request[name];
  const { kind, resource, userInfo, name, namespace, subResource, object, oldObject } = request;
  requireString(request['uid'], 'request.uid');
  requireString(request['operation'], 'request.operation');
  requireObject(kind, 'request.kind');
  requireString(kind['group'], 'request.kind.group');
  requireString(kind['version'], 'request.kind.version');
  requireString(kind['kind'], 'request.kind.kind');
  requireObject(resource, 'request.resource');
  requireString(resource['group'], 'request.resource.group');
  requireString(resource['version'], 'request.resource.version');
  requireString(resource['resource'], 'request.resource.resource');
  requireObject(userInfo, 'request.userInfo');
  if (name !== undefined) requireString(name, 'request.name');
  if (namespace !== undefined) requireString(namespace, 'request.namespace');
  if (subResource !== undefined) requireString(subResource, 'request.subResource');
  if (object !== undefined) requireObject(object, 'request.object');
  if (oldObject !== undefined) requireObject(oldObject, 'request.oldObject');
  return request as unknown as AdmissionRequest;
}

function requireObject(value: unknown, path: string): asserts value is JsonObject {
  if (!isObject(value)) throw new RequestError(`${path} must be an object`);
}

function requireString(value: unknown, path: string): void {
  if (typeof value !== 'string') throw new RequestError(`${path} must be a string`);
}
