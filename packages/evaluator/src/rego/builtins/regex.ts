import { RE2JS, RE2JSException, type Matcher } from 're2js';
import { BoundedMap } from '../bounded-map.ts';
import {
  BuiltinError,
  checkElements,
  checkTextLength,
  smallIntegerOperand,
  stringOperand,
  type BuiltinTable,
} from './builtin.ts';

/** Compiled patterns that are kept, as many as OPA keeps. */
const maximumPatterns = 100;

const patterns = new BoundedMap<string, RE2JS>(maximumPatterns);

/** Regular expressions in RE2's syntax; matching takes time linear in the text. */
export const regex: BuiltinTable = {
  'regex.is_valid'(_context, pattern) {
    try {
      compile(stringOperand(pattern, 1));
      return true;
    } catch (error) {
      if (error instanceof BuiltinError) return false;
      throw error;
    }
  },

  'regex.match'(_context, pattern, text) {
    return compile(stringOperand(pattern, 1)).matcher(stringOperand(text, 2)).find();
  },

  'regex.split'(_context, pattern, text) {
    const whole = stringOperand(text, 2);
    const source = stringOperand(pattern, 1);
    const matches = findAll(compile(source), whole, -1);
    if (source !== '' && whole === '') return [''];
    return split(whole, matches);
  },

  'regex.find_n'(_context, pattern, text, count) {
    const limit = smallIntegerOperand(count, 3);
    const whole = stringOperand(text, 2);
    return findAll(compile(stringOperand(pattern, 1)), whole, limit).map(({ start, end }) =>
      whole.slice(start, end),
    );
  },

  'regex.find_all_string_submatch_n'(_context, pattern, text, count) {
    const limit = smallIntegerOperand(count, 3);
    const matches = findAll(compile(stringOperand(pattern, 1)), stringOperand(text, 2), limit);
    return matches.map(({ groups }) => groups.map((group) => group ?? ''));
  },

  'regex.replace'(_context, text, pattern, replacement) {
    const whole = stringOperand(text, 1);
    const expression = compile(stringOperand(pattern, 2));
    const template = parseTemplate(stringOperand(replacement, 3));
    let result = '';
    let position = 0;
    for (const match of findAll(expression, whole, -1)) {
      result += whole.slice(position, match.start) + expand(template, match, expression);
      position = match.end;
      checkTextLength(result.length);
    }
    return result + whole.slice(position);
  },

  'regex.template_match'(_context, template, text, opening, closing) {
    const start = delimiter(stringOperand(opening, 3), 'start');
    const end = delimiter(stringOperand(closing, 4), 'end');
    const pattern = templatePattern(stringOperand(template, 1), start, end);
    return compile(pattern).matcher(stringOperand(text, 2)).find();
  },
};

interface Match {
  readonly start: number;
  readonly end: number;
  /** The whole match, then the groups. */
  readonly groups: readonly (string | null)[];
}

/** @throws BuiltinError for a pattern that RE2 refuses */
function compile(pattern: string): RE2JS {
  const cached = patterns.get(pattern);
  if (cached !== undefined) return cached;
  try {
    const compiled = RE2JS.compile(pattern);
    patterns.set(pattern, compiled);
    return compiled;
  } catch (cause) {
    if (cause instanceof RE2JSException) throw new BuiltinError(cause.message, { cause });
    throw cause;
  }
}

/** The first `limit` matches, or all of them if it is negative; an empty match right behind another does not count. */
function findAll(expression: RE2JS, text: string, limit: number): Match[] {
  const matches: Match[] = [];
  const matcher = expression.matcher(text);
  let previousEnd = -1;
  for (let more = limit !== 0 && matcher.find(); more; more = matches.length !== limit && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (end > start || start !== previousEnd) matches.push({ start, end, groups: groupsOf(matcher) });
    previousEnd = end;
    checkElements(matches.length);
  }
  return matches;
}

function groupsOf(matcher: Matcher): (string | null)[] {
  return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group));
}

function split(text: string, matches: readonly Match[]): string[] {
  const pieces: string[] = [];
  let position = 0;
  let end = 0;
  for (const match of matches) {
    end = match.start;
    if (match.end !== 0) pieces.push(text.slice(position, end));
    position = match.end;
  }
  if (end !== text.length) pieces.push(text.slice(position));
  return pieces;
}

/** A replacement: texts, and groups by number or name. */
type Template = readonly (string | { readonly group: string })[];

/** Go's replacement syntax: `$1`, `$name`, `${name}`, `$$`; any other dollar stands for itself. */
function parseTemplate(text: string): Template {
  const parts: (string | { group: string })[] = [];
  let position = 0;
  for (const match of text.matchAll(/\$(?:\$|\{(?<braced>[\p{L}\p{Nd}_]+)\}|(?<bare>[\p{L}\p{Nd}_]+))/gu)) {
    const group = match.groups?.['braced'] ?? match.groups?.['bare'];
    parts.push(text.slice(position, match.index), group === undefined ? '$' : { group });
    position = match.index + match[0].length;
  }
  return [...parts, text.slice(position)];
}

function expand(template: Template, match: Match, expression: RE2JS): string {
  return template
    .map((part) => {
      if (typeof part === 'string') return part;
      const number = /^\d+$/.test(part.group) ? Number(part.group) : expression.namedGroups()[part.group];
      return number === undefined ? '' : (match.groups[number] ?? '');
    })
    .join('');
}

function delimiter(text: string, which: 'start' | 'end'): string {
  const { length } = new TextEncoder().encode(text);
  if (length === 1) return text;
  throw new BuiltinError(`${which} delimiter has to be exactly one character long but is ${length} long`);
}

/** The regular expressions between delimiters, everything around them taken literally. */
function templatePattern(template: string, start: string, end: string): string {
  let pattern = '^';
  let level = 0;
  let position = 0;
  for (let i = 0; i < template.length; i++) {
    // Equal delimiters only ever open, as in OPA.
    if (template[i] === start) {
      if (++level === 1) {
        pattern += RE2JS.quote(template.slice(position, i));
        position = i + 1;
      }
    } else if (template[i] === end) {
      if (--level < 0) break;
      if (level === 0) {
        const expression = template.slice(position, i);
        compile(`^${expression}$`);
        pattern += `(${expression})`;
        position = i + 1;
      }
    }
  }
  if (level !== 0) throw new BuiltinError(`unbalanced braces in ${JSON.stringify(template)}`);
  return `${pattern}${RE2JS.quote(template.slice(position))}$`;
}
