import type { WasiProcess } from './process.ts';

/** One function of WASI. */
export interface WasiFunction {
  /** A letter per parameter: `i` for i32, `I` for i64. The result is always an error number, i32. */
  readonly parameters: string;
  /** True for the one function that does not return. */
  readonly noReturn?: true;
  /** True if the result may be a promise, which suspends the guest. */
  readonly suspends?: true;
  /**
   * Works on memory through `process.memory` only, whose faults become the error EFAULT; whatever else it throws
   * is a trap.
   */
  readonly run: (process: WasiProcess, ...parameters: never[]) => number | Promise<number>;
}

export type WasiFunctions = Readonly<Record<string, WasiFunction>>;
