import { installDispatcher, Later } from './dispatch.ts';
import type { LineTable } from './line-table.ts';
import { callHost, defineGlobal, natives } from './natives.ts';

/** File descriptors of a Javy program. */
const standardInput = 0;
const standardOutput = 1;

/** The state of one run. */
let operation = '';
let input = new Uint8Array();
let position = 0;
let output: Uint8Array[] = [];

/** Appends what the host answered, or its error, to what is left on stdin, as the official host does. */
function appendInput(text: string): void {
  const rest = input.subarray(position);
  const added = new Uint8Array(natives.encode(text.toWellFormed()));
  input = new Uint8Array(rest.length + added.length);
  input.set(rest);
  input.set(added, rest.length);
  position = 0;
}

function textOf(bytes: Uint8Array): string {
  return natives.decode(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

defineGlobal('Javy', {
  IO: {
    /** Reads from stdin; 0 at its end. */
    readSync(descriptor: number, buffer: Uint8Array): number {
      if (descriptor !== standardInput) throw new TypeError(`file descriptor ${descriptor} cannot be read`);
      const piece = input.subarray(position, position + buffer.length);
      buffer.set(piece);
      position += piece.length;
      return piece.length;
    },
    /** Writes to stdout or stderr; always all of it. */
    writeSync(descriptor: number, buffer: Uint8Array): number {
      if (descriptor === standardOutput) output.push(buffer.slice());
      else natives.print(textOf(buffer));
      return buffer.length;
    },
  },
});

defineGlobal('policyAction', () => operation.replace('_', '-'));

defineGlobal(
  '__hostCall',
  (binding: string, namespace: string, name: string, payload: ArrayBuffer): boolean => {
    const bytes = ArrayBuffer.isView(payload) ? payload : new Uint8Array(payload);
    try {
      appendInput(callHost(binding, namespace, name, textOf(bytes as Uint8Array)));
      return true;
    } catch (error) {
      appendInput((error as Error).message);
      return false;
    }
  },
);

/** What the program wrote to stdout, in one piece; asked for when its promises have been settled, too. */
function answer(): string {
  if (output.length === 0) throw new Error('the program wrote no answer to stdout');
  const whole = new Uint8Array(output.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of output) {
    whole.set(piece, at);
    at += piece.length;
  }
  return textOf(whole);
}

/** Called with the program, which is run for each request. */
defineGlobal('__kw_start', (program: () => void, table: LineTable): void => {
  installDispatcher((requested) => {
    if (requested === 'protocol_version') return () => '"v1"';
    if (requested !== 'validate' && requested !== 'validate_settings') return undefined;
    return (payload) => {
      operation = requested;
      input = new Uint8Array(natives.encode(payload));
      position = 0;
      output = [];
      program();
      return new Later(answer);
    };
  }, table);
});
