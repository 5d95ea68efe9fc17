import { HostCallError } from '../host/errors.ts';
import { GuestTrap } from '../runtime/guest-fault.ts';
import type { GuestMemory } from '../runtime/guest-memory.ts';
import { callHost, type HostCallParameters } from '../runtime/host-call.ts';
import { suspendingImport } from '../runtime/promise-integration.ts';
import { decodeUtf8, Utf8Error } from '../runtime/utf8.ts';
import type { WapcCall } from './call.ts';
import type { GuestLog } from './guest-log.ts';
import type { WapcImportName } from './imports.ts';

/** The longest error text that is taken from a guest, in bytes: 64 KiB. The rest is cut off. */
export const maximumErrorBytes = 64 * 1024;

/** The longest response that is taken from a guest, in bytes: 64 MiB. */
export const maximumResponseBytes = 64 * 1024 * 1024;

const hostCallLabels = ['bd', 'ns', 'op'] as const;
const noHost = new HostCallError('Cannot process Wasm guest request: callback channel not provided');
const encoder = new TextEncoder();

/** What the imports of a waPC guest work on. */
export interface WapcHost {
  /** Number of the guest in this process, as its console lines show it. */
  readonly id: number;
  readonly log: GuestLog;
  /** @throws GuestTrap if the guest has no memory (yet) */
  readonly memory: GuestMemory;
  /** The call that is going on; undefined while the guest is initialised. */
  readonly call: WapcCall | undefined;
  /** The answer to the last host call. */
  hostAnswer: Uint8Array | HostCallError | undefined;
}

/** The nine functions of the module `wapc` for one guest (evaluator.md 3.1). */
export function bindWapc(host: WapcHost): WebAssembly.ModuleImports {
  const functions: Record<WapcImportName, WebAssembly.ImportValue> = {
    __guest_request: (operationAddress: number, payloadAddress: number): void => {
      if (host.call === undefined) return;
      host.memory.writeAll(payloadAddress, host.call.payload);
      host.memory.write(operationAddress, host.call.operation);
    },
    __guest_response: (address: number, length: number): void => {
      const response = readResponse(host.memory, address, length);
      if (host.call !== undefined) host.call.response = response;
    },
    __guest_error: (address: number, length: number): void => {
      const error = readErrorText(host.memory.window(address, length));
      if (host.call !== undefined) host.call.error = error;
    },
    __host_call: suspendingImport((...parameters: HostCallParameters) => hostCall(host, parameters)),
    __host_response_len: (): number => hostResponse(host)?.byteLength ?? 0,
    __host_response: (address: number): void => {
      const response = hostResponse(host);
      if (response !== undefined) host.memory.write(address, response);
    },
    __host_error_len: (): number => hostError(host)?.byteLength ?? 0,
    __host_error: (address: number): void => {
      const error = hostError(host);
      if (error !== undefined) host.memory.write(address, error);
    },
    __console_log: (address: number, length: number): void => {
      const bytes = host.memory.window(address, length);
      host.log.message(bytes.byteLength, () => `Guest module ${host.id}: ${readText(bytes, 'console_log')}`);
    },
  };
  return functions;
}

/** 1 is success, 0 an error; guests compare with exactly 1. */
function hostCall(host: WapcHost, parameters: HostCallParameters): number | Promise<number> {
  const settle = (answer: Uint8Array | HostCallError): number => {
    host.hostAnswer = answer;
    return answer instanceof HostCallError ? 0 : 1;
  };
  host.hostAnswer = undefined;
  // While it is initialised, and when asked for its protocol version, a guest belongs to no policy.
  if (host.call?.context === undefined) return settle(noHost);
  return callHost(host.call.context.gate, host.memory, parameters, hostCallLabels, settle);
}

function hostResponse({ hostAnswer }: WapcHost): Uint8Array | undefined {
  return hostAnswer instanceof HostCallError ? undefined : hostAnswer;
}

function hostError({ hostAnswer }: WapcHost): Uint8Array | undefined {
  return hostAnswer instanceof HostCallError ? encoder.encode(hostAnswer.message) : undefined;
}

function readResponse(memory: GuestMemory, address: number, length: number): Uint8Array {
  const { byteLength } = memory.window(address, length);
  if (byteLength > maximumResponseBytes) {
    throw new GuestTrap(
      `guest_response: ${byteLength} bytes are more than the ${maximumResponseBytes} that are allowed`,
    );
  }
  return memory.copy(address, length);
}

function readErrorText(bytes: Uint8Array): string {
  if (bytes.byteLength <= maximumErrorBytes) return readText(bytes, 'guest_error_func');
  // A stream, so that a character across the cut is no error.
  const text = new TextDecoder().decode(bytes.subarray(0, maximumErrorBytes), { stream: true });
  return `${text}… (${bytes.byteLength} bytes)`;
}

function readText(bytes: Uint8Array, label: string): string {
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    if (!(error instanceof Utf8Error)) throw error;
    throw new GuestTrap(`${label}: cannot convert message to UTF8: ${error.debug}`, { cause: error });
  }
}
