/**
 * A request that a policy cannot judge: something is missing, or is not what it should be.
 *
 * When a handler lets it pass, the request is rejected with the message and the code 400.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}
