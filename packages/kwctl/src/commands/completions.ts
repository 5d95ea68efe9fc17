import { completionScript, type Shell } from '../command-line/completions.ts';
import type { Invocation } from '../command-line/model.ts';

export async function run({ options, program, terminal }: Invocation): Promise<void> {
  terminal.stdout(completionScript(program, options.required('shell') as Shell));
}
