import { PolicyInitializationError } from '../runtime/errors.ts';
import { GuestExit, guestFaultMessage } from '../runtime/guest-fault.ts';
import { instantiate } from '../runtime/instantiate.ts';
import type { RuntimeOptions } from '../runtime/options.ts';
import type { EvaluationContext } from '../runtime/policy-runtime.ts';
import { promisingExport } from '../runtime/promise-integration.ts';
import { decodeUtf8, Utf8Error } from '../runtime/utf8.ts';
import { bindWasi } from '../wasi-preview1/imports.ts';
import { ByteCollector, InputPipe } from '../wasi-preview1/pipes.ts';
import { WasiProcess } from '../wasi-preview1/process.ts';
import { bindHostCall } from './host.ts';

/** Bytes that a program may write to stdout: 16 MiB. */
export const maximumStdoutBytes = 16 * 1024 * 1024;
/** Bytes that a program may write to stderr: 1 MiB. */
export const maximumStderrBytes = 1024 * 1024;

/** A module with what every run of it needs, found out once. */
export interface WasiProgram {
  readonly wasm: WebAssembly.Module;
  readonly imports: readonly WebAssembly.ModuleImportDescriptor[];
}

/** The two things that a WASI policy can be asked for, as its second argument. */
export type WasiOperation = 'validate' | 'validate-settings';

/** How one run ended. */
export type WasiResult =
  | {
      readonly kind: 'success';
      readonly stdout: Uint8Array;
      /** Without white space around it. */
      readonly stderr: string;
    }
  /** The message is all that the user is to see. */
  | { readonly kind: 'failure'; readonly message: string };

/**
 * Runs a policy once, in an instance of its own (evaluator.md 5).
 *
 * @param input - what comes on stdin, in pieces
 * @throws whatever is not the program's fault
 */
export async function runProgram(
  program: WasiProgram,
  operation: WasiOperation,
  input: readonly Uint8Array[],
  context: EvaluationContext,
  options: RuntimeOptions,
): Promise<WasiResult> {
  const stdin = new InputPipe();
  for (const piece of input) stdin.append(piece);
  const stdout = new ByteCollector(maximumStdoutBytes);
  const stderr = new ByteCollector(maximumStderrBytes);
  const process = new WasiProcess({ args: ['policy.wasm', operation], stdin, stdout, stderr }, options);
  const imports = {
    ...bindWasi(process, program.imports),
    ...bindHostCall({ gate: context.gate, stdin, process }),
  };

  let instance: WebAssembly.Instance;
  try {
    instance = await instantiate(program.wasm, imports);
  } catch (error) {
    if (error instanceof PolicyInitializationError) return failure(`cannot add to linker: ${error.message}`);
    throw error;
  }
  const start = instance.exports['_start'];
  if (typeof start !== 'function' || start.length !== 0) {
    return failure('cannot find `_start` function inside of module: no such function without parameters');
  }
  process.attach(instance);

  const fault = await faultOf(promisingExport(start));
  const complaint = readOutput('stderr', stderr);
  if (complaint.kind === 'failure') return complaint;
  const message = complaint.text.trim();
  // Not every program that dies says why; an empty message would help nobody.
  if (fault !== undefined) return failure(message === '' ? `policy failed: ${fault}` : message);
  const answer = readOutput('stdout', stdout);
  return answer.kind === 'failure' ? answer : { kind: 'success', stdout: stdout.bytes, stderr: message };
}

function failure(message: string): { readonly kind: 'failure'; readonly message: string } {
  return { kind: 'failure', message };
}

/** Runs the program; undefined if it ended well. */
async function faultOf(start: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await start();
    return undefined;
  } catch (error) {
    if (error instanceof GuestExit && error.code === 0) return undefined;
    const message = guestFaultMessage(error);
    if (message === undefined) throw error;
    return message;
  }
}

function readOutput(
  name: 'stdout' | 'stderr',
  sink: ByteCollector,
): { readonly kind: 'text'; readonly text: string } | { readonly kind: 'failure'; readonly message: string } {
  if (sink.overflowed) return failure(`policy wrote more than ${sink.limit} bytes to ${name}`);
  try {
    return { kind: 'text', text: decodeUtf8(sink.bytes) };
  } catch (error) {
    if (!(error instanceof Utf8Error)) throw error;
    return failure(`${name} pipe conversion error: Cannot convert buffer to UTF8 string: ${error.message}`);
  }
}
