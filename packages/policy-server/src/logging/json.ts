import type { LogEntry, LogFields, LogSpan, LogValue } from './logger.ts';

/** One JSON object per line, shaped like the original's. */
export function formatJsonLine(entry: LogEntry): string {
  const spans = entry.spans.map(flatten);
  return JSON.stringify({
    timestamp: entry.time.toISOString().replace('Z', '000Z'),
    level: entry.level.toUpperCase(),
    fields: { message: entry.message, ...plain(entry.fields) },
    target: entry.target,
    ...(spans.length > 0 && { span: spans.at(-1), spans }),
  });
}

function flatten(span: LogSpan): Record<string, unknown> {
  return { ...plain(span.fields), name: span.name };
}

function plain(fields: LogFields): Record<string, string | number | boolean> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, unwrap(value)]));
}

function unwrap(value: LogValue): string | number | boolean {
  return typeof value === 'object' ? value.bare : value;
}
