import { defaultStoreRoot, removePolicy } from '@kubewarden/registry';
import type { Invocation } from '../../command-line/model.ts';
import { requireStored, type StoredFile } from '../../policy/stored.ts';
import { formatJson } from '../../terminal/json.ts';

/** Removes policies from the store (kwctl.md 6.12); none of them if one is not there. */
export async function run({ options, positionals, terminal }: Invocation): Promise<void> {
  const root = defaultStoreRoot(terminal.environment);
  const policies = new Map<string, StoredFile>();
  for (const text of positionals) {
    const policy = await requireStored(text, root, terminal.environment);
    policies.set(policy.path, policy);
  }
  for (const policy of policies.values()) await removePolicy(root, policy);
  if (options.value('output') === 'json') {
    terminal.stdout(formatJson([...policies.values()].map(({ uri, path }) => ({ uri, path }))));
  }
}
