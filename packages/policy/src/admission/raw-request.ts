import { canonicalJson } from '../json/canonical.ts';
import { parseTransient, type JsonDocument, type JsonNode } from '../json/document.ts';
import { Fields } from '../json/shape.ts';
import type { RawRequest } from './request.ts';

const reviewFields = new Fields('struct RawReviewRequest', ['request']);

/**
 * Decodes the body of a raw review: `{"request": …}` with any value, null included.
 *
 * @param body UTF-8
 * @throws JsonSyntaxError if the body is not JSON
 * @throws JsonShapeError if it has no `request`
 */
export function decodeRawReview(body: Uint8Array): RawRequest {
  const document = parseTransient(body);
  return rawRequest(document, reviewFields.require(document, document.root).request);
}

/**
 * A raw request that is given without a review around it.
 *
 * @param body any JSON value, UTF-8
 * @throws JsonSyntaxError if the body is not JSON
 */
export function decodeRawRequest(body: Uint8Array): RawRequest {
  const document = parseTransient(body);
  return rawRequest(document, document.root);
}

/** A value of a document as a raw request. */
export function rawRequest(document: JsonDocument, node: JsonNode): RawRequest {
  const uid = document.member(node, 'uid');
  return {
    uid: uid !== undefined && document.kind(uid) === 'string' ? document.string(uid) : '',
    json: canonicalJson(document, node),
  };
}
