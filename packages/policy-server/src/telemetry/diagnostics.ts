import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { Logger } from '../logging/logger.ts';

/** Writes what the OpenTelemetry libraries complain of, such as an unreachable collector, into the log. */
export function logTelemetryProblems(logger: Logger): void {
  const log = logger.withTarget('opentelemetry');
  diag.setLogger(
    {
      error: (message) => log.log('error', summary(message)),
      warn: (message) => log.log('warn', summary(message)),
      info: ignore,
      debug: ignore,
      verbose: ignore,
    },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

function ignore(): void {}

/** Errors come as JSON with their stack, of which only the message is of interest to operators. */
function summary(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}
