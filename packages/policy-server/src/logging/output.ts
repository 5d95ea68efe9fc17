import { pino } from 'pino';
import { createLogger, type Logger, type LogLevel } from './logger.ts';
import { formatJsonLine } from './json.ts';
import { formatText } from './text.ts';

/** `otlp` writes text lines, and traces are exported besides. */
export const logFormats = ['text', 'json', 'otlp'] as const;

export type LogOutputFormat = (typeof logFormats)[number];

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogOutputFormat;
  readonly coloured: boolean;
}

/** Lines that wait because standard output is slow; what exceeds it is dropped, so that reviews go on. */
const maximumWaitingBytes = 16 * 1024 * 1024;

/** The program's log on standard output. */
export interface LogOutput {
  readonly logger: Logger;
  /** Writes what is still waiting; to be called before the process ends. */
  flush(): void;
}

/** Opens standard output for log lines; a line never blocks the caller. */
export function openLog({ level, format, coloured }: LogOptions): LogOutput {
  const destination = pino.destination({ dest: 1, sync: false, maxLength: maximumWaitingBytes });
  // A reader that went away must not take the server down.
  destination.on('error', () => undefined);
  const logger = createLogger(
    level,
    format === 'json' ? formatJsonLine : (entry) => formatText(entry, coloured),
    (line) => destination.write(line),
  );
  return {
    logger,
    flush() {
      try {
        destination.flushSync();
      } catch {
        // Nobody reads any more, or the descriptor was never ready.
      }
    },
  };
}
