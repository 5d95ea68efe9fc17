import { optionsOf, type CommandModel } from '../command-line/model.ts';
import { annotateCommand } from './annotate/command.ts';
import { benchCommand, runCommand } from './run/command.ts';
import { scaffoldCommand } from './scaffold/command.ts';

/** The command tree of kwctl. Nothing here imports what a command needs to be carried out. */
export const kwctl: CommandModel = {
  name: 'kwctl',
  summary: 'Tool to manage Kubewarden policies',
  options: [],
  positionals: [],
  examples: [
    'kwctl run --request-path request.json policy.wasm     evaluate a policy',
    'kwctl inspect policy.wasm                             what a policy says of itself',
    'kwctl annotate -m metadata.yml -o out.wasm in.wasm    embed metadata in a module',
    'kwctl help run                                        the help of a command',
  ],
  subcommands: [
    annotateCommand,
    benchCommand,
    {
      name: 'completions',
      summary: 'Generate shell completions',
      examples: ['kwctl completions -s bash > /etc/bash_completion.d/kwctl'],
      options: [
        {
          long: 'shell',
          short: 's',
          value: 'VALUE',
          required: true,
          choices: ['bash', 'elvish', 'fish', 'powershell', 'zsh'],
          help: 'Shell type',
        },
      ],
      positionals: [],
      load: () => import('./completions.ts'),
    },
    {
      name: 'docs',
      summary: 'Generate the reference of the command line: Markdown for a .md file, AsciiDoc for any other',
      options: [{ long: 'output', short: 'o', value: 'FILE', required: true, help: 'File to write' }],
      positionals: [],
      load: () => import('./docs.ts'),
    },
    {
      name: 'info',
      summary: 'Display system information',
      options: [],
      positionals: [],
      load: () => import('./info.ts'),
    },
    {
      name: 'inspect',
      summary: 'Inspect Kubewarden policy',
      examples: ['kwctl inspect policy.wasm', 'kwctl inspect -o yaml policy.wasm'],
      options: [
        {
          long: 'output',
          short: 'o',
          value: 'FORMAT',
          choices: ['yaml'],
          help: 'Output format; without it, text for people',
        },
        { long: 'show-signatures', help: 'Show the Sigstore signatures of the policy, if there are any' },
        ...optionsOf(runCommand, ['sources-path', 'docker-config-json-path']),
      ],
      positionals: [
        { name: 'uri_or_sha_prefix', help: 'File, URI, or prefix of the SHA-256 of a stored policy' },
      ],
      load: () => import('./inspect.ts'),
    },
    runCommand,
    scaffoldCommand,
  ],
};
