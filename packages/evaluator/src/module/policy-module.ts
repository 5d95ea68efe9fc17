import type { ExecutionMode } from '@kubewarden/policy';
import type { SandboxPlan } from '../sandbox/plan.ts';

/**
 * A policy's module, compiled once and ready to run on any thread: the value survives a structured clone.
 */
export interface PolicyModule {
  readonly executionMode: ExecutionMode;
  /** Lower-case hex SHA-256 of the original bytes; policies with the same digest share a compilation. */
  readonly digest: string;
  /** The compiled module after instrumentation. */
  readonly wasm: WebAssembly.Module;
  readonly sandbox: SandboxPlan;
}
