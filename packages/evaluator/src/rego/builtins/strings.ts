import { countCharacters } from '../go/directive.ts';
import { sprintf } from '../go/sprintf.ts';
import type { FormatArgument } from '../go/print-value.ts';
import { formatValue } from '../values/format.ts';
import { RegoSet, type RegoValue } from '../values/value.ts';
import {
  arrayOperand,
  BuiltinError,
  checkElements,
  checkTextLength,
  smallIntegerOperand,
  stringOperand,
  stringsOperand,
  type BuiltinTable,
} from './builtin.ts';

export const strings: BuiltinTable = {
  sprintf(_context, format, values) {
    const args = arrayOperand(values, 2).map((value) => formatArgument(value));
    return sprintf(stringOperand(format, 1), args, checkTextLength);
  },

  'strings.any_prefix_match'(_context, texts, prefixes) {
    const candidates = oneOrMore(prefixes, 2);
    return oneOrMore(texts, 1).some((text) => candidates.some((prefix) => text.startsWith(prefix)));
  },

  'strings.any_suffix_match'(_context, texts, suffixes) {
    const candidates = oneOrMore(suffixes, 2);
    return oneOrMore(texts, 1).some((text) => candidates.some((suffix) => text.endsWith(suffix)));
  },

  'strings.count'(_context, text, part) {
    const [whole, search] = [stringOperand(text, 1), stringOperand(part, 2)];
    // As Go counts: the empty text is found around every character.
    return BigInt(search === '' ? countCharacters(whole) + 1 : whole.split(search).length - 1);
  },

  'strings.split_n'(_context, text, separator, limit) {
    const [whole, search] = [stringOperand(text, 1), stringOperand(separator, 2)];
    const parts = search === '' ? Array.from(whole) : whole.split(search);
    const count = smallIntegerOperand(limit, 3);
    // That many from the start or, if it is negative, from the end.
    return count < 0 ? parts.slice(count) : parts.slice(0, count);
  },

  'strings.reverse'(_context, text) {
    return Array.from(stringOperand(text, 1)).toReversed().join('');
  },

  indexof_n(_context, text, part) {
    const [whole, search] = [stringOperand(text, 1), stringOperand(part, 2)];
    if (search === '') throw new BuiltinError('empty search character');
    const found: bigint[] = [];
    let characters = 0;
    let counted = 0;
    for (let at = whole.indexOf(search); at >= 0; at = whole.indexOf(search, at + 1)) {
      // Positions are counted in characters, not in UTF-16 code units.
      characters += countCharacters(whole.slice(counted, at));
      counted = at;
      found.push(BigInt(characters));
      checkElements(found.length);
    }
    return found;
  },

  // Template strings: one part per placeholder, each a set of at most one value.
  'internal.template_string'(_context, parts) {
    return arrayOperand(parts, 1)
      .map((part) => templatePart(part))
      .join('');
  },
};

/** Numbers keep their kind, all other values are text by then. */
function formatArgument(value: RegoValue): FormatArgument {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number') return value;
  return formatValue(value);
}

function oneOrMore(value: RegoValue | undefined, position: number): readonly string[] {
  return typeof value === 'string' ? [value] : stringsOperand(value, position);
}

function templatePart(part: RegoValue): string {
  if (!(part instanceof RegoSet)) return typeof part === 'string' ? part : formatValue(part);
  const [value, second] = part.members();
  if (second !== undefined) throw new BuiltinError('template-strings must not produce multiple outputs');
  if (value === undefined) return '<undefined>';
  return typeof value === 'string' ? value : formatValue(value);
}
