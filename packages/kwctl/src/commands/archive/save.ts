import { defaultStoreRoot, savePolicies } from '@kubewarden/registry';
import type { Invocation } from '../../command-line/model.ts';
import { requireStored } from '../../policy/stored.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { interruptible } from '../../terminal/interruption.ts';
import { formatJson } from '../../terminal/json.ts';

/** Packs policies of the store into an archive (kwctl.md 6.13), which is there whole or not at all. */
export async function run({ options, positionals, terminal, status }: Invocation): Promise<void> {
  const { environment } = terminal;
  const root = defaultStoreRoot(environment);
  const path = options.required('output');
  const uris = new Set<string>();
  for (const text of positionals) {
    try {
      uris.add((await requireStored(text, root, environment)).uri);
    } catch (error) {
      throw new CliError(`cannot find policy ${text}: ${(error as Error).message}`);
    }
  }
  await interruptible(status.clear, () => savePolicies(root, [...uris], path));
  if (options.value('format') === 'json') {
    terminal.stdout(formatJson({ path, policies: [...uris].map((uri) => ({ uri })) }));
  }
}
