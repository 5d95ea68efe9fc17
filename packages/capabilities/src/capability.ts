import type { HostCaller, HostRequest, HostRequestType } from '@kubewarden/evaluator';

/** The requests of one type. */
export type RequestOf<T extends HostRequestType> = Extract<HostRequest, { readonly type: T }>;

/**
 * Answers the requests of one type with JSON, UTF-8. Failures are thrown as HostCallError; what the guest is
 * told besides the message is up to the gate.
 */
export type Capability<T extends HostRequestType> = (
  request: RequestOf<T>,
  caller: HostCaller,
) => Uint8Array | Promise<Uint8Array>;

const encoder = new TextEncoder();

export function jsonAnswer(value: object): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}
