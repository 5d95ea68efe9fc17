import type { CommandModel } from '../../command-line/model.ts';
import { outputOption } from '../shared-options.ts';

export const rmCommand: CommandModel = {
  name: 'rm',
  summary: 'Removes Kubewarden policies from the store',
  description: 'All of them are looked up before the first is removed.',
  examples: ['kwctl rm registry://ghcr.io/acme/policies/demo:v1', 'kwctl rm 0169b4'],
  options: [outputOption],
  positionals: [
    {
      name: 'uri_or_sha_prefix',
      repeatable: true,
      help: 'Policy to remove: its URI, or a prefix of its SHA-256',
    },
  ],
  load: () => import('./rm.ts'),
};
