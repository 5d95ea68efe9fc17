import { join } from 'node:path';
import { regoBuiltinNames } from '@kubewarden/evaluator/rego-builtins';
import { kubewardenVersion } from '@kubewarden/policy';
import { defaultStoreRoot } from '@kubewarden/registry/reference';
import type { Invocation } from '../command-line/model.ts';
import { configDirectory } from '../policy/directories.ts';

export async function run({ terminal }: Invocation): Promise<void> {
  const builtins = regoBuiltinNames.map((name) => `  - ${name}\n`).join('');
  const store = defaultStoreRoot(terminal.environment);
  terminal.stdout(
    `kwctl version: ${kubewardenVersion}\n\n` +
      `Open Policy Agent/Gatekeeper implemented builtins:\n${builtins}\n` +
      `Policy store: ${store}\n` +
      `Config directory: ${configDirectory(terminal.environment)}\n` +
      `kwctl cache directory: ${join(store, '..', 'kwctl')}\n    \n`,
  );
}
