import type { LogEntry, LogFields, LogLevel, LogValue } from './logger.ts';

const colours: Readonly<Record<LogLevel, string>> = {
  trace: '\u001b[35m',
  debug: '\u001b[34m',
  info: '\u001b[32m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
};
const reset = '\u001b[0m';

/**
 * The line format of the original, which tools grep:
 * `<time>Z  <LEVEL> span{field=value}: <target>: <message> field=value`.
 */
export function formatText(entry: LogEntry, coloured: boolean): string {
  const level = entry.level.toUpperCase().padStart(5);
  const spans = entry.spans.map(({ name, fields }) => `${name}${formatSpanFields(fields)}:`).join('');
  return [
    microseconds(entry.time),
    coloured ? `${colours[entry.level]}${level}${reset}` : level,
    ...(spans === '' ? [] : [spans]),
    `${entry.target}:`,
    singleLine(entry.message) + formatFields(entry.fields, ' '),
  ].join(' ');
}

/** JavaScript's clock gives milliseconds; the format has six digits. */
function microseconds(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}

function formatSpanFields(fields: LogFields): string {
  const text = formatFields(fields, '');
  return text === '' ? '' : `{${text.trimStart()}}`;
}

function formatFields(fields: LogFields, lead: string): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${formatValue(value)}`);
  return pairs.length === 0 ? '' : lead + pairs.join(' ');
}

function formatValue(value: LogValue): string {
  if (typeof value === 'string') return quote(value);
  return typeof value === 'object' ? singleLine(value.bare) : String(value);
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
};

/** Rust's debug form of a string; control characters never reach the terminal. */
function quote(text: string): string {
  return `"${text.replace(/["\\\p{Cc}]/gu, escape)}"`;
}

/** Guests choose messages; they must not be able to forge further log lines. */
function singleLine(text: string): string {
  return text.replace(/\p{Cc}/gu, escape);
}

function escape(character: string): string {
  return escapes[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
