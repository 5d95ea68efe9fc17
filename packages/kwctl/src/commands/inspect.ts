import { annotationKeys, orderMetadata, type Metadata } from '@kubewarden/policy';
import type { Invocation } from '../command-line/model.ts';
import { notAnnotated, readLocalPolicy } from '../policy/load.ts';
import { CliError } from '../terminal/cli-error.ts';
import { printable } from '../terminal/printable.ts';
import { createStyler, type Styler } from '../terminal/style.ts';
import { formatColumns, type TableRow } from '../terminal/table.ts';
import { formatYaml } from '../terminal/yaml.ts';

/** Prints what a policy says of itself (kwctl.md 6.7). Never pulls. */
export async function run({ options, positionals, terminal }: Invocation): Promise<void> {
  const yaml = options.value('output') === 'yaml';
  const { uri, metadata } = await readLocalPolicy(positionals[0]!, terminal.environment);
  if (metadata === undefined) throw notAnnotated(uri);
  terminal.stdout(
    yaml
      ? formatYaml(orderMetadata(metadata))
      : formatMetadata(metadata, createStyler(terminal.stdoutIsTerminal)),
  );
  // The document on standard output must stay one that parses.
  if (options.has('show-signatures')) (yaml ? terminal.stderr : terminal.stdout)(signaturesProblem(uri));
}

/** Only a registry has signatures to show, and this build reads from none. */
function signaturesProblem(uri: string): string {
  const reason = uri.startsWith('registry://')
    ? 'this build does not read from OCI registries'
    : 'invalid uri';
  return (
    '\nCannot determine if the policy has been signed. There was an error while attempting to fetch its ' +
    `signatures from the remote registry: ${reason} \n`
  );
}

/** Annotations with a row of their own among the details. */
const detailed = ['title', 'description', 'author', 'url', 'source', 'license'] as const;

const titleRow = (left: string): TableRow => ({ left, right: '', styles: ['magenta', 'bold'] });

function row(left: string, right: string): TableRow {
  return { left: printable(left), right: printable(right), styles: ['green', 'bold'] };
}

function formatMetadata(metadata: Metadata, style: Styler): string {
  const annotations = metadata.annotations ?? {};
  const shown = new Set<string>([...detailed.map((name) => annotationKeys[name]), annotationKeys.usage]);
  const others = Object.entries(annotations).filter(([key]) => !shown.has(key));
  const rows = [titleRow('Details'), ...detailRows(metadata)];
  if (others.length > 0) {
    rows.push(titleRow(''), titleRow('Annotations'), ...others.map(([key, value]) => row(key, value)));
  }
  const title = (text: string): string => style(text, 'magenta', 'bold');
  const sections = [formatColumns(rows, style), `${title('Rules')} \n${formatYaml(metadata.rules)}`];
  if (metadata.contextAwareResources.length > 0) {
    sections.push(
      `${title('Context Aware')} \n` +
        'The policy requires access to the following Kubernetes resources:\n' +
        `${formatYaml(metadata.contextAwareResources)}\n` +
        'To avoid abuse, review carefully what the policy requests access to.\n',
    );
  }
  const usage = annotations[annotationKeys.usage];
  if (usage !== undefined) {
    sections.push(`${title('Usage')} \n---\n${printable(usage).trimEnd()}\n---\n`);
  }
  return sections.join('\n');
}

function detailRows(metadata: Metadata): TableRow[] {
  const { annotations = {}, executionMode, protocolVersion, minimumKubewardenVersion } = metadata;
  const rows = detailed.flatMap((name) => {
    const value = annotations[annotationKeys[name]];
    return value === undefined ? [] : [row(`${name}:`, value)];
  });
  rows.push(
    row('mutating:', String(metadata.mutating)),
    row('background audit support:', String(metadata.backgroundAudit)),
    row('context aware:', String(metadata.contextAwareResources.length > 0)),
    row('policy type:', metadata.policyType),
    row('execution mode:', executionMode),
  );
  if (executionMode === 'kubewarden-wapc') {
    if (protocolVersion === undefined) throw new CliError('Invalid policy: protocol_version not defined');
    rows.push(row('protocol version:', protocolVersion === 'v1' ? '1' : '0'));
  }
  if (minimumKubewardenVersion !== undefined) {
    rows.push(row('minimum kubewarden version:', minimumKubewardenVersion));
  }
  return rows;
}
