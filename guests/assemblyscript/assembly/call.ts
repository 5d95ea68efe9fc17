/** One call of the host, from the guest's side. */
import { __guest_error, __guest_request, __guest_response } from './wapc';

export class Call {
  constructor(
    public operation: string,
    public payload: Uint8Array,
  ) {}
}

/** The current call; the lengths are those that the host gave to `__guest_call`. */
export function fetchCall(operationLength: usize, payloadLength: usize): Call {
  const operation = new Uint8Array(<i32>operationLength);
  const payload = new Uint8Array(<i32>payloadLength);
  __guest_request(operation.dataStart, payload.dataStart);
  return new Call(String.UTF8.decode(operation.buffer), payload);
}

/** Ends the call with a response. */
export function respond(json: string): i32 {
  const text = String.UTF8.encode(json);
  __guest_response(changetype<usize>(text), text.byteLength);
  return 1;
}

/** Ends the call with an error. */
export function fail(message: string): i32 {
  const text = String.UTF8.encode(message);
  __guest_error(changetype<usize>(text), text.byteLength);
  return 0;
}
