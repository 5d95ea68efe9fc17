import { completionScript, type Shell } from '../command-line/completions.ts';
import type { Invocation } from '../command-line/invocation.ts';
import { kwctl } from './tree.ts';

export async function run({ options, terminal }: Invocation): Promise<void> {
  terminal.stdout(completionScript(kwctl, options.required('shell') as Shell));
}
