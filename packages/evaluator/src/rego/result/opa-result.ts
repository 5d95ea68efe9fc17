import {
  decodeAdmissionResponse,
  internalError,
  JsonShapeError,
  parseJson,
  type AdmissionResponse,
} from '@kubewarden/policy';

/**
 * The verdict in the result set of a policy of the mode `opa`, `[{"result": <AdmissionReview>}]`: its
 * `response`, with the uid of the request.
 *
 * @param resultSet - JSON, UTF-8
 */
export function opaVerdict(uid: string, resultSet: Uint8Array): AdmissionResponse {
  const document = parseJson(resultSet);
  const [first] = document.items(document.root);
  const review = first === undefined ? undefined : document.member(first, 'result');
  const response = review === undefined ? undefined : document.member(review, 'response');
  if (response === undefined) return internalError(uid, 'cannot interpret OPA policy result');
  try {
    return { ...decodeAdmissionResponse(document.slice(response)), uid };
  } catch (cause) {
    if (!(cause instanceof JsonShapeError)) throw cause;
    return internalError(uid, cause.message);
  }
}
