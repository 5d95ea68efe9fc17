import { isRegoMode } from '@kubewarden/policy';
import type { PolicyModule } from '../module/policy-module.ts';
import { createWapcRuntime } from '../wapc/runtime.ts';
import { createWasiRuntime } from '../wasi/runtime.ts';
import type { RuntimeOptions } from './options.ts';
import type { PolicyRuntime } from './policy-runtime.ts';

/**
 * Makes a policy module runnable on this thread, whatever its ABI.
 *
 * Rego's builtins bring regular expressions, YAML, time zones and more along: they are loaded when the first Rego
 * policy is.
 */
export async function createPolicyRuntime(
  module: PolicyModule,
  options: RuntimeOptions = {},
): Promise<PolicyRuntime> {
  if (isRegoMode(module.executionMode)) {
    const { createRegoRuntime } = await import('../rego/runtime.ts');
    return createRegoRuntime(module, options);
  }
  return module.executionMode === 'wasi'
    ? createWasiRuntime(module, options)
    : createWapcRuntime(module, options);
}
