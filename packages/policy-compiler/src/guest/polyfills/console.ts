import { callHost, defineGlobal, natives } from '../natives.ts';

declare const policyAbi: 'wapc' | 'wasi';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** Nesting that is shown. */
const maximumDepth = 4;

function show(value: unknown, depth = 0): string {
  if (typeof value === 'string') return depth === 0 ? value : JSON.stringify(value);
  if (typeof value === 'function') return `[Function ${value.name}]`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) return String(value);
  if (value instanceof Date || value instanceof RegExp) return String(value);
  if (depth >= maximumDepth) return Array.isArray(value) ? '[…]' : '{…}';
  const inner = (item: unknown): string => show(item, depth + 1);
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`;
  if (value instanceof Map) {
    return `Map {${[...value].map(([key, item]) => `${inner(key)} => ${inner(item)}`).join(', ')}}`;
  }
  if (value instanceof Set) return `Set {${[...value].map(inner).join(', ')}}`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}: ${inner(item)}`)
    .join(', ')}}`;
}

/** To the host's log; where stderr is part of the ABI, there. A console never fails. */
function write(level: Level, values: readonly unknown[]): void {
  try {
    const message = values
      .map((value) => show(value))
      .join(' ')
      .toWellFormed();
    if (policyAbi === 'wasi') natives.print(`${message}\n`);
    else callHost('kubewarden', 'tracing', 'log', JSON.stringify({ level, message }));
  } catch {
    // A policy must not depend on whether anybody listens.
  }
}

defineGlobal('console', {
  debug: (...values: unknown[]) => write('debug', values),
  trace: (...values: unknown[]) => write('debug', values),
  log: (...values: unknown[]) => write('info', values),
  info: (...values: unknown[]) => write('info', values),
  dir: (value: unknown) => write('info', [value]),
  warn: (...values: unknown[]) => write('warn', values),
  error: (...values: unknown[]) => write('error', values),
  assert: (condition: unknown, ...values: unknown[]) => {
    if (!condition) write('error', ['Assertion failed', ...values]);
  },
});
