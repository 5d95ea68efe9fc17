import type { ExecutionMode } from '@kubewarden/policy';
import type { PolicyModule } from '../module/policy-module.ts';
import { createRegoRuntime } from '../rego/runtime.ts';
import { createWapcRuntime } from '../wapc/runtime.ts';
import { createWasiRuntime } from '../wasi/runtime.ts';
import type { RuntimeOptions } from './options.ts';
import type { PolicyRuntime } from './policy-runtime.ts';

type CreateRuntime = (module: PolicyModule, options: RuntimeOptions) => PolicyRuntime;

const runtimes: Readonly<Record<ExecutionMode, CreateRuntime>> = {
  'kubewarden-wapc': createWapcRuntime,
  wasi: createWasiRuntime,
  opa: createRegoRuntime,
  gatekeeper: createRegoRuntime,
};

/** Makes a policy module runnable on this thread, whatever its ABI. */
export function createPolicyRuntime(module: PolicyModule, options: RuntimeOptions = {}): PolicyRuntime {
  return runtimes[module.executionMode](module, options);
}
