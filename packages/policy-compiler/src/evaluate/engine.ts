import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * What the linked engines in `engine/*.wasm` were made from. A snapshot of any other build would be garbage to them.
 */
const engineDigest = 'd4c9375f2b1ca4dc95f72c8aa2982a7a9951ac8011490d79c6582df732b4bbd9';

/** Microseconds since 1970 that the engine sees while a policy is compiled; any moment will do, if it is always the same. */
const buildTime = 1_704_067_200_123_457n;

/**
 * Bytes of stack that JavaScript may use: 1000 calls of a simple function. V8 has its own stack for the engine's
 * functions, and must not reach its end first: with 384 KiB it does for some kinds of recursion (generators, `toString`),
 * with 256 KiB only for values that are nested by the thousand (`JSON.parse`, `flat`).
 */
const maximumStackBytes = 256 * 1024;

/**
 * Bytes on the heap at which the engine looks for cycles of garbage. Its own default is about what a policy has before it
 * sees a request, so that each evaluation would search; most end long before they have this much.
 */
const collectionThreshold = 8 * 1024 * 1024;

/** The first address behind the stack, which grows down from here; below, nothing is alive between two calls. */
const stackEnd = 1_048_576;

/** Omit the source text from functions: `toString` is not worth its size. */
const stripSource = 1 << 4;

/** The functions of the engine that are used here (there are 450); values are addresses of boxes. */
interface EngineExports {
  readonly memory: WebAssembly.Memory;
  readonly __stack_pointer: WebAssembly.Global;
  _initialize(): void;
  qjs_init(): number;
  qjs_set_max_stack_size(bytes: number): void;
  qjs_set_interrupt_handler(enabled: number): void;
  qjs_set_promise_rejection_handler(enabled: number): void;
  qjs_run_gc(): void;
  qjs_set_gc_threshold(bytes: number): void;
  qjs_compile(
    code: number,
    length: number,
    file: number,
    evalFlags: number,
    compileFlags: number,
    lengthOut: number,
  ): number;
  qjs_eval_bytecode(code: number, length: number): number;
  qjs_new_string(text: number, length: number): number;
  qjs_get_string_len(value: number, lengthOut: number): number;
  qjs_free_cstring(text: number): void;
  qjs_new_array_buffer(bytes: number, length: number): number;
  qjs_get_array_buffer(value: number, lengthOut: number): number;
  qjs_get_float64(value: number): number;
  qjs_get_undefined(): number;
  qjs_is_undefined(value: number): number;
  qjs_is_object(value: number): number;
  qjs_get_global(): number;
  qjs_get_prop_string(value: number, name: number): number;
  qjs_set_prop_string(value: number, name: number, property: number): number;
  qjs_new_host_function(name: number, length: number, parameters: number): number;
  qjs_call(callee: number, self: number, count: number, values: number): number;
  qjs_is_exception(value: number): number;
  qjs_get_exception(): number;
  qjs_throw(value: number): number;
  qjs_free_value(value: number): void;
  qjs_execute_pending_job(): number;
  wasm_malloc(bytes: number): number;
  wasm_free(address: number): void;
}

/** An error of JavaScript inside the engine. */
export class EngineException extends Error {
  override readonly name = 'EngineException';
  /** Name and message as JavaScript prints them. */
  readonly text: string;
  /** In the engine's format; empty for values that are no errors. */
  readonly trace: string;

  constructor(text: string, trace: string) {
    super(text);
    this.text = text;
    this.trace = trace;
  }
}

/** A function that JavaScript inside the engine can call: takes and returns addresses of values. */
export type Native = (engine: Engine, values: readonly number[]) => number;

export interface EngineOptions {
  /** By name. */
  readonly natives?: Readonly<Record<string, Native>>;
  /** Asked now and then while code runs; true ends it. */
  readonly interrupt?: (memoryBytes: number) => boolean;
}

let compiled: Promise<WebAssembly.Module> | undefined;

async function compileEngine(): Promise<WebAssembly.Module> {
  const bytes = await readFile(fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm')));
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== engineDigest) {
    throw new Error(
      `quickjs-wasi is not the build that the linked engines were made from: SHA-256 ${digest}`,
    );
  }
  return WebAssembly.compile(bytes);
}

/**
 * The JavaScript engine of policies, running in this process with a clock that stands still and no randomness, so
 * that equal programs leave equal memories.
 */
export class Engine {
  readonly #exports: EngineExports;
  readonly #scratch: number;
  /** The text of the last promise that was rejected without anybody listening. */
  #rejection: EngineException | undefined;

  private constructor(exports: EngineExports) {
    this.#exports = exports;
    this.#scratch = exports.wasm_malloc(16);
  }

  static async start({ natives = {}, interrupt }: EngineOptions = {}): Promise<Engine> {
    const module = await (compiled ??= compileEngine());
    let engine: Engine | undefined;
    const memory = (): DataView => new DataView(exports.memory.buffer);
    const instance = await WebAssembly.instantiate(module, {
      env: {
        host_call: (
          name: number,
          nameLength: number,
          _self: number,
          count: number,
          values: number,
        ): number => {
          const native = natives[engine!.#readBytes(name, nameLength)]!;
          const view = memory();
          return native(
            engine!,
            Array.from({ length: count }, (_, index) => view.getUint32(values + 4 * index, true)),
          );
        },
        host_interrupt: (): number => (interrupt?.(exports.memory.buffer.byteLength) ? 1 : 0),
        host_promise_rejection: (_promise: number, reason: number, isHandled: number): void => {
          engine!.#rejection = isHandled === 0 ? engine!.#describe(reason) : undefined;
        },
        host_module_normalize: (): number => 0,
        host_module_load: (): number => 0,
        host_get_timezone_offset: (): number => 0,
      },
      wasi_snapshot_preview1: {
        clock_time_get: (_clock: number, _precision: bigint, result: number): number => {
          memory().setBigUint64(result, buildTime * 1000n, true);
          return 0;
        },
        random_get: (address: number, length: number): number => {
          new Uint8Array(exports.memory.buffer, address, length).fill(0);
          return 0;
        },
        // The C library asks for these before it prints; there is nothing to print to.
        fd_close: (): number => 8,
        fd_fdstat_get: (): number => 8,
        fd_seek: (): number => 8,
        fd_write: (): number => 8,
      },
    });
    const exports = instance.exports as unknown as EngineExports;
    exports['_initialize']();
    if (exports.qjs_init() !== 0) throw new Error('the JavaScript engine does not start');
    exports.qjs_set_max_stack_size(maximumStackBytes);
    exports.qjs_set_promise_rejection_handler(1);
    if (interrupt !== undefined) exports.qjs_set_interrupt_handler(1);
    engine = new Engine(exports);
    return engine;
  }

  get memory(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#exports.memory.buffer);
  }

  /** Compiles a script to bytecode without its source text. */
  compile(code: string, file: string): Uint8Array {
    const source = this.#write(code);
    const name = this.#write(file);
    const address = this.#exports.qjs_compile(
      source.address,
      source.length,
      name.address,
      0,
      stripSource,
      this.#scratch,
    );
    if (address === 0) throw this.#takeException();
    const length = this.#scratchValue();
    return this.memory.slice(address, address + length);
  }

  /**
   * Runs bytecode, and the jobs that it leaves behind.
   *
   * @throws EngineException if it throws, or if a promise was rejected and nobody listens
   */
  run(bytecode: Uint8Array): void {
    const address = this.#exports.wasm_malloc(bytecode.length);
    this.memory.set(bytecode, address);
    const result = this.#exports.qjs_eval_bytecode(address, bytecode.length);
    this.#erase(address, bytecode.length);
    this.free(this.#checked(result));
    this.#runJobs();
  }

  /** Defines a global function that calls one of the natives. */
  defineNative(globalName: string, native: string): void {
    const name = this.#write(native);
    const value = this.#exports.qjs_new_host_function(name.address, name.length, 0);
    this.#erase(name.address, name.length + 1);
    const property = this.#write(globalName);
    const global = this.#exports.qjs_get_global();
    this.#exports.qjs_set_prop_string(global, property.address, value);
    this.#erase(property.address, property.length + 1);
    this.free(global);
    this.free(value);
  }

  /** A global variable; the caller has to free it. */
  global(name: string): number {
    const global = this.#exports.qjs_get_global();
    const value = this.#property(global, name);
    this.free(global);
    return value;
  }

  /** Calls a global function without arguments and returns the text that it returns. */
  callForText(name: string): string {
    const callee = this.global(name);
    const self = this.#exports.qjs_get_undefined();
    const result = this.#checked(this.#exports.qjs_call(callee, self, 0, 0));
    const text = this.text(result);
    for (const value of [result, self, callee]) this.free(value);
    return text;
  }

  /** A value as JavaScript turns it into text. */
  text(value: number): string {
    const address = this.#exports.qjs_get_string_len(value, this.#scratch);
    if (address === 0) throw this.#takeException();
    const text = this.#readBytes(address, this.#scratchValue());
    this.#exports.qjs_free_cstring(address);
    return text;
  }

  number(value: number): number {
    return this.#exports.qjs_get_float64(value);
  }

  newText(text: string): number {
    const { address, length } = this.#write(text);
    const value = this.#exports.qjs_new_string(address, length);
    this.#erase(address, length + 1);
    return value;
  }

  newUndefined(): number {
    return this.#exports.qjs_get_undefined();
  }

  arrayBufferBytes(value: number): Uint8Array {
    const address = this.#exports.qjs_get_array_buffer(value, this.#scratch);
    return this.memory.slice(address, address + this.#scratchValue());
  }

  newArrayBuffer(bytes: Uint8Array): number {
    const address = this.#exports.wasm_malloc(bytes.length + 1);
    this.memory.set(bytes, address);
    const value = this.#exports.qjs_new_array_buffer(address, bytes.length);
    this.#erase(address, bytes.length + 1);
    return value;
  }

  /** Throws a value; what it returns is to be returned by the native. */
  throwText(text: string): number {
    const value = this.newText(text);
    this.#exports.qjs_throw(value);
    this.free(value);
    return 0;
  }

  free(value: number): void {
    this.#exports.qjs_free_value(value);
  }

  allocate(bytes: number): number {
    const address = this.#exports.wasm_malloc(bytes);
    this.memory.fill(0, address, address + bytes);
    return address;
  }

  /** The memory in a state in which an instance of the same engine can take over; the engine is of no use after that. */
  snapshot(): Uint8Array {
    this.#exports.qjs_set_interrupt_handler(0);
    this.#exports.qjs_set_promise_rejection_handler(0);
    this.#exports.qjs_run_gc();
    this.#exports.qjs_set_gc_threshold(collectionThreshold);
    if (this.#exports['__stack_pointer'].value !== stackEnd)
      throw new Error('the engine is in the middle of a call');
    const { memory } = this;
    memory.fill(0, 0, stackEnd);
    return memory;
  }

  #runJobs(): void {
    let ran = this.#exports.qjs_execute_pending_job();
    while (ran > 0) ran = this.#exports.qjs_execute_pending_job();
    if (ran < 0) throw this.#takeException();
    const rejection = this.#rejection;
    this.#rejection = undefined;
    if (rejection !== undefined) throw rejection;
  }

  #checked(value: number): number {
    if (this.#exports.qjs_is_exception(value) === 0) return value;
    this.free(value);
    throw this.#takeException();
  }

  #takeException(): EngineException {
    const value = this.#exports.qjs_get_exception();
    const exception = this.#describe(value);
    this.free(value);
    return exception;
  }

  #describe(value: number): EngineException {
    if (this.#exports.qjs_is_object(value) === 0) return new EngineException(this.text(value), '');
    const stack = this.#property(value, 'stack');
    const trace = this.#exports.qjs_is_undefined(stack) === 0 ? this.text(stack) : '';
    this.free(stack);
    return new EngineException(this.text(value), trace);
  }

  #property(value: number, name: string): number {
    const { address, length } = this.#write(name);
    const property = this.#exports.qjs_get_prop_string(value, address);
    this.#erase(address, length + 1);
    return this.#checked(property);
  }

  #scratchValue(): number {
    return new DataView(this.#exports.memory.buffer).getUint32(this.#scratch, true);
  }

  #readBytes(address: number, length: number): string {
    return new TextDecoder().decode(this.memory.subarray(address, address + length));
  }

  #write(text: string): { readonly address: number; readonly length: number } {
    const bytes = new TextEncoder().encode(text);
    const address = this.#exports.wasm_malloc(bytes.length + 1);
    this.memory.set(bytes, address);
    this.memory[address + bytes.length] = 0;
    return { address, length: bytes.length };
  }

  /** Frees memory without leaving its content behind, which would be part of every policy. */
  #erase(address: number, length: number): void {
    this.memory.fill(0, address, address + length);
    this.#exports.wasm_free(address);
  }
}
