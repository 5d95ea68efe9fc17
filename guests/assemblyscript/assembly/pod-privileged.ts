/** Rejects Pods with a privileged container, be it an init container or an ephemeral one. */
import { Json, NONE } from './json';
import { fail, fetchCall, respond } from './call';

const REJECTION = '{"accepted":false,"message":"Privileged container is not allowed"}';

export function __guest_call(operationLength: usize, payloadLength: usize): i32 {
  const call = fetchCall(operationLength, payloadLength);
  if (call.operation == 'validate') {
    return respond(hasPrivilegedContainer(new Json(call.payload)) ? REJECTION : '{"accepted":true}');
  }
  if (call.operation == 'validate_settings') return respond('{"valid":true}');
  if (call.operation == 'protocol_version') return respond('"v1"');
  return fail('No handler registered for function ' + call.operation);
}

/** What AssemblyScript calls instead of `env.abort`: the host is told before the guest traps. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  fail((message === null ? 'abort' : message) + ' at line ' + line.toString());
  unreachable();
}

function hasPrivilegedContainer(review: Json): bool {
  const object = review.member(review.member(review.root(), 'request'), 'object');
  const spec = review.member(object, 'spec');
  return (
    anyPrivileged(review, review.member(spec, 'containers')) ||
    anyPrivileged(review, review.member(spec, 'initContainers')) ||
    anyPrivileged(review, review.member(spec, 'ephemeralContainers'))
  );
}

function anyPrivileged(review: Json, containers: i32): bool {
  for (let container = review.first(containers); container !== NONE; container = review.next(container)) {
    const context = review.member(container, 'securityContext');
    if (review.isTrue(review.member(context, 'privileged'))) return true;
  }
  return false;
}
