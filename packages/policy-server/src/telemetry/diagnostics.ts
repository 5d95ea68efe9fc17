import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { Logger } from '../logging/logger.ts';

/** Writes what the OpenTelemetry libraries complain of, such as an unreachable collector, into the log. */
export function logTelemetryProblems(logger: Logger): void {
  const log = logger.withTarget('opentelemetry');
  diag.setLogger(
    {
      error: (message) => log.log('error', message),
      warn: (message) => log.log('warn', message),
      info: ignore,
      debug: ignore,
      verbose: ignore,
    },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

function ignore(): void {}
