import {
  decodeAdmissionResponse,
  internalError,
  JsonShapeError,
  JsonSyntaxError,
  parseJson,
  type AdmissionResponse,
  type JsonDocument,
  type JsonNode,
} from '@kubewarden/policy';

/**
 * The verdict in the result set of a policy of the mode `opa`, `[{"result": <AdmissionReview>}]`: its
 * `response`, with the uid of the request.
 *
 * @param resultSet - JSON, UTF-8
 */
export function opaVerdict(uid: string, resultSet: Uint8Array): AdmissionResponse {
  try {
    const document = parseJson(resultSet);
    const response = findResponse(document);
    if (response !== undefined) return { ...decodeAdmissionResponse(document, response), uid };
  } catch (error) {
    if (error instanceof JsonShapeError) return internalError(uid, error.detail);
    if (!(error instanceof JsonSyntaxError)) throw error;
  }
  return internalError(uid, 'cannot interpret OPA policy result');
}

function findResponse(document: JsonDocument): JsonNode | undefined {
  const [first] = document.kind(document.root) === 'array' ? document.items(document.root) : [];
  const review = first === undefined ? undefined : document.member(first, 'result');
  return review === undefined ? undefined : document.member(review, 'response');
}
