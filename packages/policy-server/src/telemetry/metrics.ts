import type { RequestListener } from 'node:http';
import type { Attributes, Meter } from '@opentelemetry/api';
import type { PoolStatistics } from '@kubewarden/evaluation-pool';
import { type IMetricReader, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { PolicyMode } from '../config/policies-file.ts';
import type { AnsweredReview, RequestObserver } from '../http/request-record.ts';
import { checkOtlpTlsFiles, environmentNumber } from './otlp-environment.ts';
import { serviceResource } from './resource.ts';

export interface Metrics {
  readonly observe: RequestObserver;
  /** Adds the state of the evaluation pool and the modes of the policies. */
  watchPool(statistics: () => PoolStatistics, modeOf: (policyId: string) => PolicyMode | undefined): void;
  /** Answers a scrape; absent unless Prometheus was asked for. */
  readonly scrape?: RequestListener;
  /** Exports what is waiting and ends. */
  shutdown(): Promise<void>;
}

const scope = 'kubewarden';
const latencyBuckets = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];

/**
 * Starts the exporters: by OTLP/gRPC as the `OTEL_*` variables say, for Prometheus, or both.
 *
 * @throws ConfigError when a TLS file of the exporter cannot be read
 */
export async function startMetrics(
  wanted: { readonly push: boolean; readonly prometheus: boolean },
  environment: NodeJS.ProcessEnv,
): Promise<Metrics> {
  const readers: IMetricReader[] = [];
  if (wanted.push) readers.push(await otlpReader(environment));
  if (!wanted.prometheus) return createMetrics(readers);
  const { PrometheusExporter } = await import('@opentelemetry/exporter-prometheus');
  const exporter = new PrometheusExporter({ preventServerStart: true });
  return {
    ...createMetrics([...readers, exporter]),
    scrape: (request, response) => {
      const path = (request.url ?? '').split('?')[0];
      if (path === '/metrics' && request.method === 'GET')
        exporter.getMetricsRequestHandler(request, response);
      else response.writeHead(path === '/metrics' ? 405 : 404).end();
    },
  };
}

async function otlpReader(environment: NodeJS.ProcessEnv): Promise<IMetricReader> {
  checkOtlpTlsFiles('METRICS', environment);
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-grpc');
  const exportIntervalMillis = environmentNumber('OTEL_METRIC_EXPORT_INTERVAL', environment) ?? 60_000;
  const exportTimeoutMillis = Math.min(
    environmentNumber('OTEL_METRIC_EXPORT_TIMEOUT', environment) ?? 30_000,
    exportIntervalMillis,
  );
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis,
    exportTimeoutMillis,
  });
}

/** The instruments, with the names that dashboards know. They have no unit: collectors would append it to the name. */
export function createMetrics(readers: IMetricReader[]): Metrics {
  const provider = new MeterProvider({ resource: serviceResource(), readers });
  const meter = provider.getMeter(scope);
  const evaluations = meter.createCounter('kubewarden_policy_evaluations_total', {
    description: 'Number of policy evaluations',
  });
  const latency = meter.createHistogram('kubewarden_policy_evaluation_latency_milliseconds', {
    description: 'Duration of policy evaluations, without the time in the queue',
    advice: { explicitBucketBoundaries: latencyBuckets },
  });
  let modeOf: ((policyId: string) => PolicyMode | undefined) | undefined;
  return {
    observe({ review }) {
      if (review === undefined) return;
      const { policyId, endpoint, outcome } = review;
      if (outcome.initializationError !== undefined) {
        evaluations.add(1, { policy_name: policyId, initialization_error: outcome.initializationError });
        return;
      }
      const attributes = evaluationAttributes(policyId, modeOf?.(policyId) ?? 'protect', endpoint, outcome);
      evaluations.add(1, attributes);
      latency.record(Math.trunc(outcome.evaluationMilliseconds), attributes);
    },
    watchPool(statistics, modes) {
      modeOf = modes;
      observePool(meter, statistics);
    },
    shutdown: () => provider.shutdown(),
  };
}

function evaluationAttributes(
  policyId: string,
  mode: PolicyMode,
  endpoint: 'validate' | 'audit' | 'validate_raw',
  { verdict, request }: AnsweredReview,
): Attributes {
  return {
    policy_name: policyId,
    policy_mode: mode,
    accepted: verdict.allowed,
    mutated: verdict.mutated,
    ...(verdict.code !== undefined && { error_code: verdict.code }),
    ...(endpoint !== 'validate_raw' && {
      resource_kind: request.requestKind ?? '',
      resource_request_operation: request.operation ?? '',
      request_origin: endpoint,
      ...(request.namespace !== undefined && { resource_namespace: request.namespace }),
    }),
  };
}

function observePool(meter: Meter, statistics: () => PoolStatistics): void {
  const gauges = [
    ['workers', 'workers', 'Threads that evaluate policies'],
    ['queued', 'queued_reviews', 'Reviews that wait for a worker'],
    ['running', 'running_reviews', 'Reviews that are being evaluated'],
    ['suspended', 'suspended_reviews', 'Reviews whose policy waits for a host capability'],
  ] as const;
  for (const [field, name, description] of gauges) {
    meter
      .createObservableGauge(`kubewarden_policy_server_${name}`, { description })
      .addCallback((result) => result.observe(statistics()[field]));
  }
  const counters = [
    ['terminated', 'terminated_workers', 'Workers that were stopped because of a deadline or a crash'],
    ['redispatched', 'redispatched_reviews', 'Reviews given to another worker because theirs was stopped'],
    ['refused', 'refused_reviews', 'Reviews refused because the queue was full'],
  ] as const;
  for (const [field, name, description] of counters) {
    meter
      .createObservableCounter(`kubewarden_policy_server_${name}_total`, { description })
      .addCallback((result) => result.observe(statistics()[field]));
  }
}
