import type { PolicyLog, PolicyLogLevel } from '../host/log.ts';
import type { OutputSink } from '../wasi-preview1/pipes.ts';

/** Bytes that one call of a guest may print, to the console, stdout and stderr together: 64 KiB. */
export const maximumPrintedBytes = 64 * 1024;

/**
 * What a waPC guest prints goes to the policy's log, line by line, and never to the streams of the host: there it
 * would mix with what the programs themselves have to say (evaluator.md 3.4).
 */
export class GuestLog {
  readonly stdout: OutputSink;
  readonly stderr: OutputSink;
  readonly #streams: readonly LineStream[];
  #log: PolicyLog | undefined;
  #policyId = '';
  #printed = 0;

  constructor() {
    const stdout = new LineStream((line) => this.#entry('info', line));
    const stderr = new LineStream((line) => this.#entry('warn', line));
    this.#streams = [stdout, stderr];
    this.stdout = { write: (bytes) => this.#print(bytes, stdout) };
    this.stderr = { write: (bytes) => this.#print(bytes, stderr) };
  }

  /** From here on, lines belong to that policy, and the bound counts anew. */
  begin(policyId: string, log: PolicyLog | undefined): void {
    this.#policyId = policyId;
    this.#log = log;
    this.#printed = 0;
  }

  /** Ends unfinished lines. */
  end(): void {
    for (const stream of this.#streams) stream.end();
    this.#log = undefined;
  }

  /** One message; `text` is asked for only if there is room for its bytes. */
  message(byteLength: number, text: () => string): void {
    if (this.#hasRoom(byteLength)) this.#entry('info', text());
  }

  /** Always true: a guest that prints too much loses its output, not its verdict. */
  #print(bytes: Uint8Array, stream: LineStream): boolean {
    if (this.#hasRoom(bytes.byteLength)) stream.write(bytes);
    return true;
  }

  #hasRoom(byteLength: number): boolean {
    const before = this.#printed;
    this.#printed += byteLength;
    if (this.#printed <= maximumPrintedBytes) return true;
    if (before <= maximumPrintedBytes) {
      this.#entry('warn', `the policy prints more than ${maximumPrintedBytes} bytes, the rest is dropped`);
    }
    return false;
  }

  #entry(level: PolicyLogLevel, message: string): void {
    this.#log?.({ policyId: this.#policyId, level, message });
  }
}

/** Cuts a stream of bytes into lines of text. */
class LineStream {
  readonly #emit: (line: string) => void;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #unfinished = '';

  constructor(emit: (line: string) => void) {
    this.#emit = emit;
  }

  write(bytes: Uint8Array): void {
    this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#unfinished !== '') this.#emit(this.#unfinished);
    this.#unfinished = '';
  }

  #take(text: string): void {
    const lines = (this.#unfinished + text).split('\n');
    this.#unfinished = lines.pop()!;
    for (const line of lines) this.#emit(line);
  }
}
