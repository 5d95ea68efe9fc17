import { isObject, type JsonObject } from '../request/shape.ts';
import { HostError } from './error.ts';

/** What the runtime of the compiler, and the test host, offer to policies. Throws an Error with the host's text. */
type HostCall = (binding: string, namespace: string, operation: string, payload: string) => string;

/**
 * Sends a payload to the host as it is.
 *
 * @returns the answer's text
 * @throws HostError
 */
export function callHostText(namespace: string, operation: string, payload: string): string {
  const { __kw_host_call: call } = globalThis as { __kw_host_call?: HostCall };
  const capability = `${namespace}/${operation}`;
  if (call === undefined) {
    throw new HostError(
      `there is no host to ask for ${capability}; tests give one to testPolicy`,
      capability,
    );
  }
  try {
    return call('kubewarden', namespace, operation, payload);
  } catch (cause) {
    throw new HostError(cause instanceof Error ? cause.message : String(cause), capability, { cause });
  }
}

/**
 * Sends a request to the host as JSON.
 *
 * @returns the answer, parsed
 * @throws HostError if the host refuses, fails, or answers with something that is not JSON
 */
export function callHost(namespace: string, operation: string, request: unknown): unknown {
  const answer = callHostText(namespace, operation, JSON.stringify(request));
  try {
    return JSON.parse(answer);
  } catch (cause) {
    throw unexpectedAnswer(`${namespace}/${operation}`, cause);
  }
}

/**
 * As {@link callHost}, for answers that are objects.
 *
 * @param has - tells whether the object has what it must have
 * @throws HostError also when the answer is anything else
 */
export function callHostForObject(
  namespace: string,
  operation: string,
  request: unknown,
  has: (answer: JsonObject) => boolean = () => true,
): JsonObject {
  const answer = callHost(namespace, operation, request);
  if (!isObject(answer) || !has(answer)) throw unexpectedAnswer(`${namespace}/${operation}`);
  return answer;
}

function unexpectedAnswer(capability: string, cause?: unknown): HostError {
  return new HostError(`the host's answer to ${capability} is not what it should be`, capability, { cause });
}
