import { defaultStoreRoot, loadPolicies } from '@kubewarden/registry';
import type { Invocation } from '../../command-line/model.ts';
import { interruptible } from '../../terminal/interruption.ts';
import { formatJson } from '../../terminal/json.ts';

/** Unpacks an archive into the store (kwctl.md 6.8); one that is refused changes nothing. */
export async function run({ options, terminal, log, status }: Invocation): Promise<void> {
  const path = options.required('input');
  const { uris, warnings } = await interruptible(status.clear, () =>
    loadPolicies(defaultStoreRoot(terminal.environment), path),
  );
  for (const warning of warnings) log('warn', 'kwctl::load', warning);
  if (options.value('output') === 'json') {
    terminal.stdout(formatJson({ path, policies: uris.map((uri) => ({ uri })) }));
  }
}
