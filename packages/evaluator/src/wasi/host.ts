import { HostCallError } from '../host/errors.ts';
import type { HostGate } from '../host/gate.ts';
import { callHost, type HostCallParameters } from '../runtime/host-call.ts';
import { suspendingImport } from '../runtime/promise-integration.ts';
import type { InputPipe } from '../wasi-preview1/pipes.ts';
import type { WasiProcess } from '../wasi-preview1/process.ts';
import { hostCallModules } from './imports.ts';

// The original has the same text for all three names.
const hostCallLabels = ['bd', 'bd', 'bd'] as const;
const encoder = new TextEncoder();

export interface WasiHost {
  readonly gate: HostGate;
  readonly stdin: InputPipe;
  readonly process: WasiProcess;
}

/**
 * `host.call` and its other name (evaluator.md 5.3). The response, or the text of the error, is appended to the
 * program's stdin; the result is 0 for success and 1 for an error, the reverse of waPC.
 */
export function bindHostCall({ gate, stdin, process }: WasiHost): WebAssembly.Imports {
  const settle = (answer: Uint8Array | HostCallError): number => {
    const failed = answer instanceof HostCallError;
    stdin.append(failed ? encoder.encode(answer.message) : answer);
    return failed ? 1 : 0;
  };
  const call = suspendingImport((...parameters: HostCallParameters) =>
    callHost(gate, process.memory, parameters, hostCallLabels, settle),
  );
  return Object.fromEntries(hostCallModules.map((module) => [module, { call }]));
}
