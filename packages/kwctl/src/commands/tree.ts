import type { CommandModel } from '../command-line/model.ts';
import { annotateCommand } from './annotate/command.ts';
import { loadCommand, saveCommand } from './archive/command.ts';
import { attachCommand } from './attach/command.ts';
import { buildCommand } from './build/command.ts';
import { digestCommand } from './digest/command.ts';
import { generateKeyPairCommand } from './generate-key-pair/command.ts';
import { inspectCommand } from './inspect/command.ts';
import { policiesCommand } from './policies/command.ts';
import { pullCommand } from './pull/command.ts';
import { pushCommand } from './push/command.ts';
import { rmCommand } from './rm/command.ts';
import { benchCommand, runCommand } from './run/command.ts';
import { scaffoldCommand } from './scaffold/command.ts';
import { signCommand } from './sign/command.ts';
import { verifyCommand } from './verify/command.ts';

/** The command tree of kwctl. Nothing here imports what a command needs to be carried out. */
export const kwctl: CommandModel = {
  name: 'kwctl',
  summary: 'Tool to manage Kubewarden policies',
  options: [],
  positionals: [],
  examples: [
    'kwctl run --request-path request.json policy.wasm     evaluate a policy',
    'kwctl inspect policy.wasm                             what a policy says of itself',
    'kwctl build src/policy.ts                              compile a policy written in TypeScript',
    'kwctl annotate -m metadata.yml -o out.wasm in.wasm    embed metadata in a module',
    'kwctl push out.wasm ghcr.io/acme/demo:v1              put it in a registry',
    'kwctl generate-key-pair                               make a key to sign with',
    'kwctl sign --key cosign.key ghcr.io/acme/demo:v1      sign it there',
    'kwctl pull -k cosign.pub ghcr.io/acme/demo:v1         get it into the store, if it is signed so',
    'kwctl help run                                        the help of a command',
  ],
  subcommands: [
    annotateCommand,
    attachCommand,
    benchCommand,
    buildCommand,
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
    digestCommand,
    {
      name: 'docs',
      summary: 'Generate the reference of the command line: Markdown for a .md file, AsciiDoc for any other',
      options: [{ long: 'output', short: 'o', value: 'FILE', required: true, help: 'File to write' }],
      positionals: [],
      load: () => import('./docs.ts'),
    },
    generateKeyPairCommand,
    {
      name: 'info',
      summary: 'Display system information',
      options: [],
      positionals: [],
      load: () => import('./info.ts'),
    },
    inspectCommand,
    loadCommand,
    policiesCommand,
    pullCommand,
    pushCommand,
    rmCommand,
    runCommand,
    saveCommand,
    scaffoldCommand,
    signCommand,
    verifyCommand,
  ],
};
