import type { Config } from '../config/config.ts';
import type { RequestObserver } from '../http/request-record.ts';
import { bare, type Logger } from '../logging/logger.ts';
import type { Metrics } from './metrics.ts';

/** Everything that wants to know of requests. */
export interface Telemetry {
  /** Absent when nobody does. */
  readonly observe?: RequestObserver;
  readonly metrics?: Metrics;
  /** Exports what is waiting, for at most `milliseconds`. */
  shutdown(milliseconds: number): Promise<void>;
}

/**
 * Starts what the configuration asks for; the libraries are loaded only then.
 *
 * @throws ConfigError when a TLS file of an exporter cannot be read
 */
export async function startTelemetry(
  config: Pick<Config, 'pushMetrics' | 'prometheus' | 'log'>,
  logger: Logger,
  environment: NodeJS.ProcessEnv,
): Promise<Telemetry> {
  const wantsMetrics = config.pushMetrics || config.prometheus !== undefined;
  const wantsTraces = config.log.format === 'otlp';
  if (wantsMetrics || wantsTraces) (await import('./diagnostics.ts')).logTelemetryProblems(logger);
  const metrics = wantsMetrics
    ? await (
        await import('./metrics.ts')
      ).startMetrics({ push: config.pushMetrics, prometheus: config.prometheus !== undefined }, environment)
    : undefined;
  const traces = wantsTraces ? (await import('./traces.ts')).startOtlpTraces(environment) : undefined;
  const observers = [
    ...(metrics === undefined ? [] : [metrics.observe]),
    ...(traces === undefined ? [] : [traces.observe]),
    ...(logger.isEnabled('info') ? [requestLog(logger)] : []),
  ];
  return {
    ...(observers.length > 0 && {
      observe: (record) => {
        for (const observe of observers) observe(record);
      },
    }),
    ...(metrics !== undefined && { metrics }),
    async shutdown(milliseconds) {
      const ended = Promise.allSettled([metrics?.shutdown(), traces?.shutdown()]);
      await Promise.race([ended, timeout(milliseconds)]);
    },
  };
}

/** A line for each request, as the original's HTTP layer writes it. */
function requestLog(logger: Logger): RequestObserver {
  const responses = logger.withTarget('tower_http::trace::on_response');
  const failures = logger.withTarget('tower_http::trace::on_failure');
  return ({ method, uri, httpVersion, status, started, finished }) => {
    const latency = bare(`${Math.round(finished - started)} ms`);
    const span = {
      name: 'request',
      fields: { method: bare(method), uri: bare(uri), version: bare(`HTTP/${httpVersion}`) },
    };
    responses.log('info', 'finished processing request', { latency, status }, [span]);
    if (status >= 500) {
      const classification = `Status code: ${status}`;
      failures.log('error', 'response failed', { classification: bare(classification), latency }, [span]);
    }
  };
}

function timeout(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());
}
