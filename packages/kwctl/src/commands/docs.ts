import { writeFile } from 'node:fs/promises';
import type { Invocation } from '../command-line/invocation.ts';
import { renderReference } from '../command-line/reference.ts';
import { CliError, fileProblem } from '../terminal/cli-error.ts';
import { kwctl } from './tree.ts';

export async function run({ options }: Invocation): Promise<void> {
  const file = options.required('output');
  try {
    await writeFile(file, renderReference(kwctl, file));
  } catch (cause) {
    throw new CliError(`cannot create file ${file}: ${fileProblem(cause)}`);
  }
}
