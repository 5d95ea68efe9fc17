import type { PolicyLog } from '@kubewarden/evaluator';
import { singleLine } from './printable.ts';
import { createStyler, type Style } from './style.ts';

type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Values are printed as they are; what wants quotes brings them along (see {@link quoted}). */
type LogFields = Readonly<Record<string, string>>;

/** Writes log lines: `<time>Z  INFO <target>: <message> key=value`. */
export type Logger = (level: LogLevel, target: string, message: string, fields?: LogFields) => void;

const ranks: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3, trace: 4 };
const styles: Readonly<Record<LogLevel, Style>> = {
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'blue',
  trace: 'magenta',
};

/** A logger in the line format of the original's tracing library, which tools grep. */
export function createLogger(
  write: (text: string) => void,
  options: { readonly verbose: boolean; readonly coloured: boolean },
): Logger {
  const threshold = ranks[options.verbose ? 'debug' : 'info'];
  const style = createStyler(options.coloured);
  return (level, target, message, fields = {}) => {
    if (ranks[level] > threshold) return;
    // JavaScript's clock gives milliseconds; the format has six digits.
    const time = new Date().toISOString().replace('Z', '000Z');
    const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`);
    const text = singleLine(message) + pairs.join('');
    write(`${time} ${style(level.toUpperCase().padStart(5), styles[level])} ${target}: ${text}\n`);
  };
}

/** A text in double quotes, with escapes for what would break the line. */
export function quoted(text: string): string {
  return `"${singleLine(text.replaceAll('\\', '\\\\').replaceAll('"', '\\"'))}"`;
}

/** Writes what policies, and the host on their behalf, have to say. */
export function createPolicyLog(log: Logger): PolicyLog {
  return ({ policyId, level, message, data, fields }) => {
    const target = data === undefined ? 'policy_evaluator' : 'policy_log';
    const shown: Record<string, string> = { policy_id: quoted(policyId) };
    if (data !== undefined) shown['data'] = quoted(data);
    for (const [name, value] of Object.entries(fields ?? {})) shown[name] = quoted(value);
    log(level, target, message, shown);
  };
}
