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
 * @param has - tells whether the answer has what it must have
 * @returns the answer, parsed
 * @throws HostError if the host refuses or fails, or answers with anything but such an object
 */
export function callHostForObject(
  namespace: string,
  operation: string,
  request: unknown,
  has: (answer: JsonObject) => boolean = () => true,
): JsonObject {
  const text = callHostText(namespace, operation, JSON.stringify(request));
  const capability = `${namespace}/${operation}`;
  const unexpected = `the host's answer to ${capability} is not what it should be`;
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new HostError(unexpected, capability, { cause });
  }
  if (!isObject(answer) || !has(answer)) throw new HostError(unexpected, capability);
  return answer;
}
