import type { CommandModel } from '../../command-line/model.ts';
import { formatOption, outputOption } from '../shared-options.ts';

export const saveCommand: CommandModel = {
  name: 'save',
  summary: 'Saves policies to a tar.gz file',
  description:
    'For machines without network: pull and save here, load there. Only policies of the store are saved.',
  examples: [
    'kwctl save -o policies.tar.gz registry://ghcr.io/acme/policies/demo:v1 0169b4',
    "kwctl policies -o json | jq -r '.[].uri' | xargs kwctl save -o policies.tar.gz",
  ],
  options: [
    { long: 'output', short: 'o', value: 'FILE', required: true, help: 'File to write' },
    formatOption,
  ],
  positionals: [
    { name: 'policies', repeatable: true, help: 'Policies to save: URIs, or prefixes of their SHA-256' },
  ],
  load: () => import('./save.ts'),
};

export const loadCommand: CommandModel = {
  name: 'load',
  summary: 'Loads policies from a tar.gz file into the store',
  description:
    'Reads what kwctl save wrote, also that of the original kwctl. A policy that is there already is replaced.',
  examples: ['kwctl load --input policies.tar.gz'],
  options: [{ long: 'input', value: 'FILE', required: true, help: 'File to read' }, outputOption],
  positionals: [],
  load: () => import('./load.ts'),
};
