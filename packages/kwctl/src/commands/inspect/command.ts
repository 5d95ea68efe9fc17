import type { CommandModel } from '../../command-line/model.ts';
import { localPolicy, registryOptions } from '../shared-options.ts';

export const inspectCommand: CommandModel = {
  name: 'inspect',
  summary: 'Inspect Kubewarden policy',
  description:
    'Prints what a policy says of itself. Nothing is pulled: a policy in a registry is read with --remote, which\n' +
    'fetches no more of the module than it takes. The other flags list what the registry holds beside the policy;\n' +
    'listing is not verifying (kwctl verify).',
  examples: [
    'kwctl inspect policy.wasm',
    'kwctl inspect -o yaml policy.wasm',
    'kwctl inspect --remote ghcr.io/acme/policies/demo:v1',
    'kwctl inspect --show-signatures --show-attachments registry://ghcr.io/acme/policies/demo:v1',
  ],
  options: [
    {
      long: 'output',
      short: 'o',
      value: 'FORMAT',
      choices: ['yaml', 'json'],
      help: 'Output format; without it, text for people',
    },
    { long: 'show-signatures', help: 'Show the Sigstore signatures of the policy, if there are any' },
    {
      long: 'show-attachments',
      help: 'Show what is attached to the policy in its registry: SBOMs, provenance, signatures, …',
    },
    { long: 'remote', help: 'Look at the policy in its registry, whatever the store has' },
    ...registryOptions,
  ],
  positionals: [localPolicy],
  load: () => import('./inspect.ts'),
};
