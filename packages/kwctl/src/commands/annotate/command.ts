import type { CommandModel } from '../../command-line/model.ts';

export const annotateCommand: CommandModel = {
  name: 'annotate',
  summary: 'Add Kubewarden metadata to a WebAssembly module',
  examples: ['kwctl annotate -m metadata.yml -u README.md -o annotated-policy.wasm policy.wasm'],
  options: [
    {
      long: 'metadata-path',
      short: 'm',
      value: 'PATH',
      required: true,
      help: 'File containing the metadata (YAML)',
    },
    {
      long: 'usage-path',
      short: 'u',
      value: 'PATH',
      help: 'File containing the usage information of the policy (Markdown)',
    },
    { long: 'output-path', short: 'o', value: 'PATH', required: true, help: 'Output file' },
  ],
  positionals: [{ name: 'wasm-path', help: 'Path to the WebAssembly module to be annotated' }],
  load: () => import('./annotate.ts'),
};
