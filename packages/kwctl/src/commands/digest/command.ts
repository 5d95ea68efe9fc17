import type { CommandModel } from '../../command-line/model.ts';
import { outputOption, registryOptions } from '../shared-options.ts';

export const digestCommand: CommandModel = {
  name: 'digest',
  summary: 'Fetches the digest of the OCI manifest of a policy',
  description:
    'Pulls nothing. The digest is that of the manifest, not the SHA-256 of the module that policies lists.',
  examples: ['kwctl digest ghcr.io/acme/policies/demo:v1'],
  options: [outputOption, ...registryOptions],
  positionals: [{ name: 'uri', help: 'Policy in a registry; registry:// may be left out' }],
  load: () => import('./digest.ts'),
};
