import { join } from 'node:path';
import type { Invocation } from '../../command-line/model.ts';
import { configDirectory } from '../../policy/directories.ts';
import { formatYaml } from '../../terminal/yaml.ts';

export async function run({ terminal }: Invocation): Promise<void> {
  const path = join(configDirectory(terminal.environment), 'verification-config.yml');
  const config = {
    apiVersion: 'v1',
    allOf: [{ kind: 'githubAction', owner: 'kubewarden', repo: null, annotations: null }],
    anyOf: null,
  };
  terminal.stdout(
    '# Which signatures a policy must have: here, one made by a GitHub workflow of the Kubewarden project.\n' +
      '# kwctl uses this file without being asked once it is in its configuration folder:\n' +
      '#\n' +
      `#   kwctl scaffold verification-config > ${path}\n` +
      '#\n' +
      '# https://docs.kubewarden.io/howtos/security-hardening/secure-supply-chain\n' +
      `${formatYaml(config)}\n`,
  );
}
