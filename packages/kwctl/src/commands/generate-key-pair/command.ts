import type { CommandModel } from '../../command-line/model.ts';

export const generateKeyPairCommand: CommandModel = {
  name: 'generate-key-pair',
  summary: 'Generates a key to sign policies with, and its public half to verify them',
  description:
    'Writes the private key, encrypted as cosign does it, and the public key as PEM. The password is taken from\n' +
    'COSIGN_PASSWORD, or asked for on a terminal. Files that are there already are never replaced.',
  examples: [
    'kwctl generate-key-pair',
    'kwctl sign --key cosign.key ghcr.io/acme/policies/demo:v1',
    'kwctl verify -k cosign.pub ghcr.io/acme/policies/demo:v1',
  ],
  options: [
    {
      long: 'output-key-prefix',
      value: 'PREFIX',
      help: 'The files are PREFIX.key and PREFIX.pub (default: cosign)',
    },
  ],
  positionals: [],
  load: () => import('./generate-key-pair.ts'),
};
