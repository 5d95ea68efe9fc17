import { annotationKeys, type Metadata } from '@kubewarden/policy';
import { CliError } from '../../terminal/cli-error.ts';
import { printable } from '../../terminal/printable.ts';
import type { Styler } from '../../terminal/style.ts';
import { formatColumns, type TableRow } from '../../terminal/table.ts';
import { formatYaml } from '../../terminal/yaml.ts';

/** Annotations with a row of their own among the details. */
const detailed = ['title', 'description', 'author', 'url', 'source', 'license'] as const;

const titleRow = (left: string): TableRow => ({ left, right: '', styles: ['magenta', 'bold'] });

function row(left: string, right: string): TableRow {
  return { left: printable(left), right: printable(right), styles: ['green', 'bold'] };
}

/** What a policy says of itself, for people. */
export function formatMetadata(metadata: Metadata, style: Styler): string {
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
