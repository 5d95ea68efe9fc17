import {
  internalError,
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
  let messages: readonly (string | undefined)[] | undefined;
  try {
    messages = violations(parseJson(resultSet));
  } catch {
    // What a policy cannot say in JSON is no verdict either.
  }
  if (messages === undefined) return internalError(uid, 'cannot interpret Gatekeeper policy result');
  if (messages.length === 0) return { uid, allowed: true };
  const message = messages.filter((text) => text !== undefined).join(', ');
  return { uid, allowed: false, status: { message } };
}

/** The violations' messages, or undefined when there is no list of violations. */
function violations(document: JsonDocument): readonly (string | undefined)[] | undefined {
  const [first] = document.items(document.root);
  const result = first === undefined ? undefined : document.member(first, 'result');
  return result === undefined
    ? undefined
    : document.items(result).map((item) => violationMessage(document, item));
}

/** @throws TypeError when the violation is no object, or its message no string */
function violationMessage(document: JsonDocument, violation: JsonNode): string | undefined {
  if (document.kind(violation) !== 'object') throw new TypeError('violation is no object');
  const message = document.member(violation, 'msg');
  return message === undefined || document.isNull(message) ? undefined : document.string(message);
}
