import { Document, type Scalar, visit } from 'yaml';

/**
 * Prints a value as the original's YAML library does: sequences not indented under their key, plain scalars where
 * possible, else single quotes, blocks for several lines.
 */
export function formatYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_key, node: Scalar) {
      if (typeof node.value === 'string' && node.value.includes('\n')) node.type = 'BLOCK_LITERAL';
    },
  });
  return document.toString({
    indentSeq: false,
    lineWidth: 0,
    singleQuote: true,
    flowCollectionPadding: false,
  });
}
