import type { Invocation } from '../command-line/model.ts';
import { renderReference } from '../command-line/reference.ts';
import { writeOutputFile } from '../terminal/output-file.ts';

export async function run({ options, program }: Invocation): Promise<void> {
  const file = options.required('output');
  await writeOutputFile(file, renderReference(program, file));
}
