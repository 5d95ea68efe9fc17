import { defaultStoreRoot, listPolicies, type StoreEntry } from '@kubewarden/registry';
import type { Invocation } from '../../command-line/model.ts';
import { formatJson } from '../../terminal/json.ts';
import { quoted } from '../../terminal/log.ts';
import { singleLine } from '../../terminal/printable.ts';
import { formatSize } from '../../terminal/size.ts';
import { createStyler } from '../../terminal/style.ts';
import { formatBordered } from '../../terminal/table.ts';

const titles = ['Policy', 'Mutating', 'Context aware', 'SHA-256', 'Size'];
const shownDigits = 12;

/** Lists the store (kwctl.md 6.9). What cannot be read in it is reported, and does not hide the rest. */
export async function run({ options, terminal, log }: Invocation): Promise<void> {
  const entries = await listPolicies(defaultStoreRoot(terminal.environment));
  for (const { uri, problem } of entries) {
    if (problem === undefined) continue;
    log('warn', 'kwctl::policies', `error processing metadata of policy ${uri}`, { error: quoted(problem) });
  }
  if (options.value('output') === 'json') {
    terminal.stdout(formatJson(entries.map(entryJson)));
  } else if (entries.length > 0) {
    terminal.stdout(formatBordered(titles, entries.map(entryRow), createStyler(terminal.stdoutIsTerminal)));
  }
}

function entryRow(entry: StoreEntry): string[] {
  const uri = singleLine(entry.uri);
  if (entry.kind === 'unreadable') return [uri, 'unknown', 'unknown', 'unknown', 'unknown'];
  const { summary, sha256, size } = entry;
  const mutating = summary === undefined ? 'unknown' : yesOrNo(summary.mutating);
  return [
    uri,
    mutating,
    yesOrNo(summary?.contextAware ?? false),
    sha256.slice(0, shownDigits),
    formatSize(size),
  ];
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function entryJson(entry: StoreEntry): object {
  const { uri, path, problem = null } = entry;
  const file = entry.kind === 'policy' ? entry : undefined;
  return {
    uri,
    path,
    sha256: file?.sha256 ?? null,
    size: file?.size ?? null,
    mutating: file?.summary?.mutating ?? null,
    context_aware: file?.summary?.contextAware ?? null,
    problem,
  };
}
