import { callHostText } from './host/call.ts';

/** Values that go with a log entry. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Writes to the log of whoever runs the policy. Never fails: an entry that cannot be written must not change a
 * verdict.
 *
 * @example
 * ```ts
 * import { accept, definePolicy, log } from '@kubewarden/policy-sdk';
 *
 * export default definePolicy({
 *   validate(request) {
 *     log.info('judging', { name: request.name, operation: request.operation });
 *     return accept();
 *   },
 * });
 * ```
 */
export const log = {
  trace: (message: string, fields?: LogFields): void => write('trace', message, fields),
  debug: (message: string, fields?: LogFields): void => write('debug', message, fields),
  info: (message: string, fields?: LogFields): void => write('info', message, fields),
  warn: (message: string, fields?: LogFields): void => write('warning', message, fields),
  error: (message: string, fields?: LogFields): void => write('error', message, fields),
};

function write(level: string, message: string, fields: LogFields | undefined): void {
  try {
    callHostText('tracing', 'log', JSON.stringify({ ...fields, level, message }));
  } catch {
    // Fields that are no JSON must not take the message with them.
    if (fields !== undefined) write(level, message, undefined);
  }
}
