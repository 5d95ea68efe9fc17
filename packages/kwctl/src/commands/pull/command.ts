import type { CommandModel } from '../../command-line/model.ts';
import { formatOption, proxyNote, registryOptions, verificationOptions } from '../shared-options.ts';

export const pullCommand: CommandModel = {
  name: 'pull',
  summary: 'Pulls a Kubewarden policy from a given URI',
  description:
    'The policy goes to the local store, where all other commands find it by its URI; a tag other than latest that\n' +
    'is there already is not pulled again. With verification flags, or with a verification-config.yml in the\n' +
    'configuration folder, nothing is pulled whose signatures do not satisfy them.\n\n' +
    proxyNote,
  examples: [
    'kwctl pull ghcr.io/acme/policies/demo:v1',
    'kwctl pull -k cosign.pub registry://ghcr.io/acme/policies/demo:v1',
    'kwctl pull -o policy.wasm https://example.com/policies/demo.wasm',
  ],
  options: [
    {
      long: 'output-path',
      short: 'o',
      value: 'PATH',
      help: 'File or existing folder to write to, instead of the store',
    },
    formatOption,
    ...registryOptions,
    ...verificationOptions,
  ],
  positionals: [
    { name: 'uri', repeatable: true, help: 'Policy URI. Supported schemes: registry://, https://, file://' },
  ],
  load: () => import('./pull.ts'),
};
