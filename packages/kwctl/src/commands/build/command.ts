import type { CommandModel } from '../../command-line/model.ts';

export const buildCommand: CommandModel = {
  name: 'build',
  summary: 'Compile a policy written in TypeScript or JavaScript to WebAssembly',
  description: [
    'The entry is the file whose default export is the policy; without it, the first of src/policy.ts, policy.ts,',
    'src/index.ts and index.ts, or of the same files in JavaScript. Metadata are embedded from metadata.yml.',
    'Programs for Javy (the official JavaScript SDK) are recognised.',
  ].join('\n'),
  examples: [
    'kwctl build',
    'kwctl build src/policy.ts -o policy.wasm -m metadata.yml --sbom policy.cdx.json',
    'kwctl build --abi wasi --watch src/policy.ts',
  ],
  options: [
    { long: 'output-path', short: 'o', value: 'PATH', help: 'Output file [default: policy.wasm]' },
    {
      long: 'abi',
      value: 'ABI',
      choices: ['wapc', 'wasi'],
      help: 'Interface to the host [default: that of the executionMode in the metadata, or wapc]',
    },
    {
      long: 'metadata-path',
      short: 'm',
      value: 'PATH',
      help: 'File containing the metadata (YAML) [default: metadata.yml, if it exists]',
    },
    {
      long: 'usage-path',
      short: 'u',
      value: 'PATH',
      help: 'File containing the usage information of the policy (Markdown)',
    },
    { long: 'watch', short: 'w', help: 'Build again whenever a file changes' },
    { long: 'sbom', value: 'FILE', help: 'Write a bill of the packages in the module (CycloneDX, JSON)' },
    { long: 'source-map', value: 'FILE', help: 'Write the source map of the bundled code' },
    {
      long: 'report',
      value: 'FORMAT',
      choices: ['text', 'json'],
      help: 'Format of the report [default: text]',
    },
    {
      long: 'allow-global',
      value: 'NAME',
      repeatable: true,
      help: 'Do not fail because of this global, which the policy never reaches',
    },
  ],
  positionals: [{ name: 'entry', optional: true, help: 'File whose default export is the policy' }],
  load: () => import('./build.ts'),
};
