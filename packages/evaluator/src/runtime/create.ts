import type { PolicyModule } from '../module/policy-module.ts';
import { createRegoRuntime } from '../rego/runtime.ts';
import { createWapcRuntime } from '../wapc/runtime.ts';
import { createWasiRuntime } from '../wasi/runtime.ts';
import type { RuntimeOptions } from './options.ts';
import type { PolicyRuntime } from './policy-runtime.ts';

/** Makes a policy module runnable on this thread, whatever its ABI. */
export function createPolicyRuntime(module: PolicyModule, options: RuntimeOptions = {}): PolicyRuntime {
  switch (module.executionMode) {
    case 'kubewarden-wapc':
      return createWapcRuntime(module, options);
    case 'wasi':
      return createWasiRuntime(module, options);
    case 'opa':
    case 'gatekeeper':
      return createRegoRuntime(module, options);
  }
}
