import type { CommandModel } from '../../command-line/model.ts';
import { outputOption } from '../shared-options.ts';

export const policiesCommand: CommandModel = {
  name: 'policies',
  summary: 'Lists all downloaded policies',
  description:
    'The SHA-256 is that of the module; its first digits choose a policy in other commands. It is not the digest of\n' +
    'the OCI manifest, which the commands digest and push print.',
  examples: ['kwctl policies', "kwctl policies -o json | jq -r '.[].uri'"],
  options: [outputOption],
  positionals: [],
  load: () => import('./policies.ts'),
};
