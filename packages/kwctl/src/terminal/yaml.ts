import { Document, type Scalar, visit } from 'yaml';
import { unprintable } from './printable.ts';

/**
 * Prints a value as the original's YAML library does: sequences not indented under their key, plain scalars where
 * possible, else single quotes, blocks for several lines.
 *
 * @param value plain data; as in `JsonValue`, maps are objects, a bigint is an integer and a number is a float
 */
export function formatYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_key, node: Scalar) {
      const style = typeof node.value === 'string' ? scalarStyle(node.value) : undefined;
      if (style !== undefined) node.type = style;
      if (typeof node.value === 'number' && !String(node.value).includes('e')) node.minFractionDigits = 1;
    },
  });
  return (
    document
      .toString({ indentSeq: false, lineWidth: 0, singleQuote: true, flowCollectionPadding: false })
      // The library leaves some of them as they are, even between double quotes.
      .replaceAll(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  );
}

/**
 * Texts that YAML 1.1, which kubectl and many other tools still read, takes for a boolean or a number, while
 * YAML 1.2 does not: the library would leave them without quotes.
 */
const ambiguous =
  /^(?:y|n|yes|no|on|off|=|<<|[-+]?(?:0b[01_]+|0x[0-9a-f_]+|[0-9][0-9_]*(?::[0-5]?[0-9])*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?))$/i;

/** The style that a text must have; none where the library decides well. */
function scalarStyle(text: string): Scalar.Type | undefined {
  if (ambiguous.test(text)) return 'QUOTE_SINGLE';
  if (text.search(unprintable) >= 0) return 'QUOTE_DOUBLE';
  if (!text.includes('\n')) return undefined;
  // In a block, blanks at the start would be taken for indentation where no other line says how deep it is.
  return text.trim() === '' ? 'QUOTE_DOUBLE' : 'BLOCK_LITERAL';
}
