import { parseJson, parseJsonValue } from '../json/document.ts';
import { JsonShapeError } from '../json/errors.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write.ts';
import { decodeAdmissionRequest } from './decode-request.ts';
import type { AdmissionRequest } from './request.ts';

/** A file does not hold a request that a Kubernetes policy can be asked about. */
export class RequestFileError extends Error {
  override readonly name = 'RequestFileError';
}

/**
 * Decodes a request that a user has in a file: an AdmissionRequest, or an AdmissionReview with one, told apart
 * by `kind`. A request without `kind.group` is taken to mean the core group, since the documentation prints
 * such requests; for the rest it is as strict as the server.
 *
 * @param body UTF-8
 * @throws JsonSyntaxError if the body is not JSON
 * @throws RequestFileError saying what is wrong with it
 */
export function decodeRequestFile(body: Uint8Array): AdmissionRequest {
  const request = withGroup(findRequest(parseJsonValue(body)));
  const document = parseJson(writeJson(request));
  try {
    return decodeAdmissionRequest(document, document.root);
  } catch (error) {
    if (!(error instanceof JsonShapeError)) throw error;
    // The position would be that of the text printed here, not of the user's.
    const place = error.path === undefined || error.path === '' ? '' : `${error.path}: `;
    const message = `cannot build AdmissionRequest object from given input: ${place}${error.detail}`;
    throw new RequestFileError(message, { cause: error });
  }
}

function findRequest(value: JsonValue): JsonObject {
  if (!(value instanceof Map)) throw new RequestFileError('Invalid request object');
  if (value.get('kind') !== 'AdmissionReview') return value;
  const request = value.get('request');
  if (request === undefined) throw new RequestFileError('invalid AdmissionReview object');
  if (!(request instanceof Map)) throw new RequestFileError('Invalid request object');
  return request;
}

function withGroup(request: JsonObject): JsonObject {
  const kind = request.get('kind');
  if (!(kind instanceof Map) || kind.has('group')) return request;
  return new Map(request).set('kind', new Map(kind).set('group', ''));
}
