import {
  internalError,
  JsonSyntaxError,
  parseJson,
  type AdmissionResponse,
  type JsonDocument,
  type JsonNode,
} from '@kubewarden/policy';

/**
 * The verdict in a Gatekeeper policy's result set, `[{"result": [{"msg": "…"}, …]}]`: allowed when there are no
 * violations, else denied with their messages in the given order.
 *
 * Whatever has another shape is an internal error. (The original took it for "no violations" and allowed.)
 *
 * @param resultSet - JSON, UTF-8
 */
export function gatekeeperVerdict(uid: string, resultSet: Uint8Array): AdmissionResponse {
  const messages = violationMessages(resultSet);
  if (messages === undefined) return internalError(uid, 'cannot interpret Gatekeeper policy result');
  if (messages.length === 0) return { uid, allowed: true };
  const message = messages.filter((text) => text !== undefined).join(', ');
  return { uid, allowed: false, status: { message } };
}

/** One message (or none) per violation; undefined when the result is no list of violations. */
function violationMessages(resultSet: Uint8Array): readonly (string | undefined)[] | undefined {
  try {
    const document = parseJson(resultSet);
    const [first] = document.items(document.root);
    const result = first === undefined ? undefined : document.member(first, 'result');
    return result === undefined
      ? undefined
      : document.items(result).map((violation) => violationMessage(document, violation));
  } catch (error) {
    // The document throws TypeErrors for values of another kind.
    if (error instanceof TypeError || error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

/** @throws TypeError when the violation is no object, or its message no string */
function violationMessage(document: JsonDocument, violation: JsonNode): string | undefined {
  if (document.kind(violation) !== 'object') throw new TypeError('the violation is no object');
  const message = document.member(violation, 'msg');
  return message === undefined || document.isNull(message) ? undefined : document.string(message);
}
