import { HostCallError } from '../host/errors.ts';
import { maximumHostCallPayload, type HostGate } from '../host/gate.ts';
import { GuestTrap } from './guest-fault.ts';
import type { GuestMemory } from './guest-memory.ts';
import { decodeUtf8, Utf8Error } from './utf8.ts';

/** The longest name of a binding, namespace or operation that is looked at, in bytes. */
export const maximumNameBytes = 4096;

/** A host call as a guest makes it: address and length of each of the three names and of the payload. */
export type HostCallParameters = readonly [
  bindingAddress: number,
  bindingLength: number,
  namespaceAddress: number,
  namespaceLength: number,
  operationAddress: number,
  operationLength: number,
  payloadAddress: number,
  payloadLength: number,
];

/**
 * Takes a host call to the gate.
 *
 * @param memory - the guest's
 * @param labels - how binding, namespace and operation are called in the text of a trap
 * @param settle - tells the guest: the response, or the error that it is to see; returns the import's result
 * @returns a promise only if the gate answers with one
 * @throws GuestTrap (at once) if a name is too long or not UTF-8, or an address is out of bounds
 */
export function callHost(
  gate: HostGate,
  memory: GuestMemory,
  parameters: HostCallParameters,
  labels: readonly [string, string, string],
  settle: (answer: Uint8Array | HostCallError) => number,
): number | Promise<number> {
  const binding = readName(memory, parameters[0], parameters[1], labels[0]);
  const namespace = readName(memory, parameters[2], parameters[3], labels[1]);
  const operation = readName(memory, parameters[4], parameters[5], labels[2]);
  const payload = readPayload(memory, parameters[6], parameters[7]);
  let answer: Uint8Array | Promise<Uint8Array>;
  try {
    answer = gate.call(binding, namespace, operation, payload);
  } catch (error) {
    return settle(requireHostCallError(error));
  }
  if (answer instanceof Uint8Array) return settle(answer);
  return answer.then(settle, (error: unknown) => settle(requireHostCallError(error)));
}

/** Whatever else is thrown is a fault of the host: it must end the evaluation, not be left to the guest to judge. */
function requireHostCallError(error: unknown): HostCallError {
  if (error instanceof HostCallError) return error;
  throw error;
}

/** The gate refuses what is too large by its length alone: that is not worth a copy. */
function readPayload(memory: GuestMemory, address: number, length: number): Uint8Array {
  return length >>> 0 > maximumHostCallPayload
    ? memory.window(address, length)
    : memory.copy(address, length);
}

function readName(memory: GuestMemory, address: number, length: number, label: string): string {
  const bytes = memory.window(address, length);
  if (bytes.byteLength > maximumNameBytes) {
    throw new GuestTrap(`host_call: ${label} is longer than ${maximumNameBytes} bytes`);
  }
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    if (error instanceof Utf8Error) {
      throw new GuestTrap(`host_call: cannot convert ${label} to UTF8: ${error.debug}`, { cause: error });
    }
    throw error;
  }
}
