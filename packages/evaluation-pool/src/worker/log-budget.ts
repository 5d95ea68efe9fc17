import type { PolicyLog, PolicyLogEntry } from '@kubewarden/evaluator';
import { maximumLogEntries, maximumLogLength } from '../bounds.ts';

/**
 * A log for one evaluation that passes on what fits the bounds, says once that there was more, and drops the rest.
 */
export function boundedLog(log: PolicyLog): PolicyLog {
  let entries = maximumLogEntries;
  let length = maximumLogLength;
  return (entry) => {
    if (entries < 0) return;
    entries -= 1;
    length -= logEntryLength(entry);
    if (entries >= 0 && length >= 0) {
      log(entry);
      return;
    }
    entries = -1;
    log({
      policyId: entry.policyId,
      level: 'warn',
      message: 'the policy logs too much: the rest is dropped',
    });
  };
}

/** How much of a log's bound an entry takes, in UTF-16 units. */
export function logEntryLength({ message, data, fields }: PolicyLogEntry): number {
  let length = message.length + (data?.length ?? 0);
  for (const value of Object.values(fields ?? {})) length += value.length;
  return length;
}
