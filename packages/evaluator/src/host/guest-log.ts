import { formatJson, type JsonValue } from '@kubewarden/policy';
import { errorText, HostCallError } from './errors.ts';
import type { PolicyLog, PolicyLogLevel } from './log.ts';
import { parsePayload } from './payload.ts';

/** The most bytes that one log entry of a guest may have: 64 KiB. */
export const maximumLogEntry = 64 * 1024;

/**
 * What guests call the levels, in upper case. The last four are sent by existing policies, whose entries the
 * original drops.
 */
const levels: ReadonlyMap<string, PolicyLogLevel> = new Map([
  ['TRACE', 'trace'],
  ['DEBUG', 'debug'],
  ['INFO', 'info'],
  ['WARNING', 'warn'],
  ['ERROR', 'error'],
  ['WARN', 'warn'],
  ['NOTICE', 'info'],
  ['CRITICAL', 'error'],
  ['FATAL', 'error'],
]);

/**
 * `tracing/log`: writes an entry of the guest to the log. Never refused and never an error for the guest; what
 * cannot be logged is reported to the operator.
 */
export function logGuestEntry(payload: Uint8Array, policyId: string, log: PolicyLog): void {
  try {
    log({ policyId, ...decodeEntry(payload) });
  } catch (error) {
    if (!(error instanceof HostCallError)) throw error;
    log({
      policyId,
      level: 'error',
      message: 'Cannot log event',
      fields: { payload: excerpt(payload), error: errorText(error) },
    });
  }
}

function decodeEntry(payload: Uint8Array): { level: PolicyLogLevel; message: string; data: string } {
  if (payload.byteLength > maximumLogEntry) {
    throw new HostCallError(
      `the entry has ${payload.byteLength} bytes, more than the ${maximumLogEntry} that are allowed`,
    );
  }
  const entry = parsePayload(payload).value();
  if (!(entry instanceof Map)) throw new HostCallError('a log entry must be an object');
  const data = new Map(entry);
  data.delete('level');
  data.delete('message');
  return {
    level: levelOf(entry.get('level')),
    message: messageOf(entry.get('message')),
    data: formatJson(data),
  };
}

function levelOf(level: JsonValue | undefined): PolicyLogLevel {
  if (level === undefined) throw new HostCallError('missing field `level`');
  if (typeof level !== 'string') throw new HostCallError('the field `level` must be a string');
  const known = levels.get(level.toUpperCase());
  if (known === undefined) throw new HostCallError(`unknown log level ${level}`);
  return known;
}

function messageOf(message: JsonValue | undefined): string {
  if (message === undefined || message === null) return '';
  if (typeof message !== 'string') throw new HostCallError('the field `message` must be a string');
  return message;
}

/** Enough of a bad entry to recognise who wrote it. */
function excerpt(payload: Uint8Array): string {
  const shown = new TextDecoder().decode(payload.subarray(0, excerptBytes));
  return payload.byteLength > excerptBytes ? `${shown}…` : shown;
}

const excerptBytes = 256;
