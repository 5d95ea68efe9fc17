/** The waPC guest ABI: evaluator.md, section 3. */

@external('wapc', '__guest_request')
declare function guestRequest(operation: usize, payload: usize): void;

@external('wapc', '__guest_response')
declare function guestResponse(text: usize, length: usize): void;

@external('wapc', '__guest_error')
declare function guestError(text: usize, length: usize): void;

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
  guestRequest(operation.dataStart, payload.dataStart);
  return new Call(String.UTF8.decode(operation.buffer), payload);
}

/** Ends the call with a response. */
export function respond(json: string): i32 {
  const text = String.UTF8.encode(json);
  guestResponse(changetype<usize>(text), text.byteLength);
  return 1;
}

/** Ends the call with an error. */
export function fail(message: string): i32 {
  const text = String.UTF8.encode(message);
  guestError(changetype<usize>(text), text.byteLength);
  return 0;
}
