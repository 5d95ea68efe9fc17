import { writeFile } from 'node:fs/promises';
import type { Invocation } from '../command-line/model.ts';
import { renderReference } from '../command-line/reference.ts';
import { CliError, fileProblem } from '../terminal/cli-error.ts';

export async function run({ options, program }: Invocation): Promise<void> {
  const file = options.required('output');
  try {
    await writeFile(file, renderReference(program, file));
  } catch (cause) {
    throw new CliError(`cannot create file ${file}: ${fileProblem(cause)}`);
  }
}
