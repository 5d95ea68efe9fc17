import type { Descriptor } from '@kubewarden/registry';
import type { SignatureListing } from '../../distribution/artifacts.ts';
import { printable } from '../../terminal/printable.ts';
import type { Styler } from '../../terminal/style.ts';
import { formatColumns, type TableRow } from '../../terminal/table.ts';

/** The signatures of a policy, for people. */
export function formatSignatures({ signatures, bundles }: SignatureListing, style: Styler): string {
  return formatArtifacts('Sigstore signatures', [...(signatures?.layers ?? []), ...bundles], style);
}

/** Artifacts of a registry, for people: a table for each below a title. */
export function formatArtifacts(title: string, artifacts: readonly Descriptor[], style: Styler): string {
  const tables = artifacts.map((artifact) => formatColumns(rowsOf(artifact), style));
  return `\n${style(title, 'magenta', 'bold')}\n\n${tables.join('\n')}\n`;
}

function rowsOf({ digest, mediaType, artifactType, size, annotations = {} }: Descriptor): TableRow[] {
  return [
    row('Digest:', digest),
    row('Media type:', mediaType),
    ...(artifactType === undefined ? [] : [row('Artifact type:', artifactType)]),
    row('Size:', String(size)),
    ...(Object.keys(annotations).length === 0 ? [] : [row('Annotations', '')]),
    ...Object.entries(annotations).map(([key, value]) => row(key, value)),
  ];
}

/** Whoever can write to the registry chooses these texts. */
function row(left: string, right: string): TableRow {
  return { left: printable(left), right: printable(right), styles: ['green', 'bold'] };
}
