import type { CommandModel } from '../../command-line/model.ts';
import { outputOption, proxyNote, registryOptions } from '../shared-options.ts';

export const pushCommand: CommandModel = {
  name: 'push',
  summary: 'Pushes a Kubewarden policy to an OCI registry',
  description:
    'The policy is a local one: a file or an entry of the store. Its one-line annotations become annotations of the\n' +
    'OCI manifest. Prints the reference by digest, which never changes its meaning: sign and deploy that one.\n\n' +
    proxyNote,
  examples: [
    'kwctl push annotated-policy.wasm ghcr.io/acme/policies/demo:v1',
    'kwctl push -o json annotated-policy.wasm registry://ghcr.io/acme/policies/demo:v1 | jq -r .immutable_ref',
  ],
  options: [
    {
      long: 'force',
      short: 'f',
      value: 'VALUE',
      valueIsOptional: true,
      help: 'Push also a policy that is not annotated',
    },
    outputOption,
    ...registryOptions,
  ],
  positionals: [
    { name: 'policy', help: 'Policy to push: a file, a URI, or prefix of the SHA-256 of a stored policy' },
    { name: 'uri', help: 'Where to push it: registry://host/repository:tag, or without registry://' },
  ],
  load: () => import('./push.ts'),
};
