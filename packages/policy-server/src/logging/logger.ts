/** Levels from the most to the least talkative. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof logLevels)[number];

/** A value printed as it is, where a string would be quoted. */
export interface BareValue {
  readonly bare: string;
}

export type LogValue = string | number | boolean | BareValue;

export type LogFields = Readonly<Record<string, LogValue>>;

/** Something that encloses a log line, such as the HTTP request it belongs to. */
export interface LogSpan {
  readonly name: string;
  readonly fields: LogFields;
}

export interface LogEntry {
  readonly level: LogLevel;
  readonly time: Date;
  /** The part of the program that speaks; operators filter by it. */
  readonly target: string;
  readonly message: string;
  readonly fields: LogFields;
  /** From the outermost to the innermost. */
  readonly spans: readonly LogSpan[];
}

/** Turns an entry into one line, without the line feed. */
export type LogFormat = (entry: LogEntry) => string;

/** Where the program's log lines go. */
export interface Logger {
  /** Whether lines of this level are written; asks before making an expensive one. */
  isEnabled(level: LogLevel): boolean;
  log(level: LogLevel, message: string, fields?: LogFields, spans?: readonly LogSpan[]): void;
  /** The same log under another target. */
  withTarget(target: string): Logger;
}

/** Prints `text` without quotes. */
export function bare(text: string): BareValue {
  return { bare: text };
}

/**
 * @param level lines below it are not written
 * @param write takes one line, line feed included
 */
export function createLogger(
  level: LogLevel,
  format: LogFormat,
  write: (line: string) => void,
  target = 'policy_server',
): Logger {
  const threshold = logLevels.indexOf(level);
  const isEnabled = (asked: LogLevel): boolean => logLevels.indexOf(asked) >= threshold;
  return {
    isEnabled,
    log(asked, message, fields = {}, spans = []) {
      if (!isEnabled(asked)) return;
      write(`${format({ level: asked, time: new Date(), target, message, fields, spans })}\n`);
    },
    withTarget: (other) => createLogger(level, format, write, other),
  };
}
