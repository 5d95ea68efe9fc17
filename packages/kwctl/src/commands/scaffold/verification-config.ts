import { join } from 'node:path';
import { defaultVerificationConfig } from '@kubewarden/signatures';
import type { Invocation } from '../../command-line/model.ts';
import { configDirectory } from '../../policy/directories.ts';

export async function run({ terminal }: Invocation): Promise<void> {
  const path = join(configDirectory(terminal.environment), 'verification-config.yml');
  terminal.stdout(
    '# Which signatures a policy must have: here, one made by a GitHub workflow of the Kubewarden project.\n' +
      '# kwctl uses this file without being asked once it is in its configuration folder:\n' +
      '#\n' +
      `#   kwctl scaffold verification-config > ${path}\n` +
      '#\n' +
      '# https://docs.kubewarden.io/howtos/security-hardening/secure-supply-chain\n' +
      `${defaultVerificationConfig}\n`,
  );
}
