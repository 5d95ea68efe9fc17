import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AnsweredReview, RequestRecord } from '../http/request-record.ts';
import { createLogger } from '../logging/logger.ts';
import { formatText } from '../logging/text.ts';
import { createMetrics, startMetrics } from './metrics.ts';
import { checkOtlpTlsFiles } from './otlp-environment.ts';
import { startTelemetry } from './telemetry.ts';
import { createTraces, startOtlpTraces } from './traces.ts';

const rejected: AnsweredReview = {
  kind: 'answered',
  body: new Uint8Array(),
  verdict: { allowed: false, mutated: false, code: 418 },
  answer: { allowed: true, mutated: false },
  request: {
    uid: 'u1',
    operation: 'CREATE',
    name: 'nginx',
    namespace: 'default',
    kind: ['', 'v1', 'Pod'],
    resource: ['', 'v1', 'pods'],
    requestKind: 'Pod',
  },
  evaluationMilliseconds: 7.9,
  queueMilliseconds: 2,
};

function record(
  outcome: AnsweredReview,
  endpoint: 'validate' | 'audit' | 'validate_raw' = 'validate',
): RequestRecord {
  const started = Date.now();
  return {
    method: 'POST',
    uri: `/${endpoint}/p`,
    httpVersion: '1.1',
    status: 200,
    started,
    finished: started + 12,
    review: { endpoint, policyId: 'p', outcome },
  };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

async function measure(records: readonly RequestRecord[]) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const metrics = createMetrics([
    new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 }),
  ]);
  metrics.watchPool(
    () => ({ workers: 2, queued: 1, running: 2, suspended: 0, terminated: 3, redispatched: 4, refused: 5 }),
    () => 'monitor',
  );
  for (const each of records) metrics.observe(each);
  await metrics.shutdown();
  const [collected] = exporter.getMetrics();
  const scope = collected?.scopeMetrics[0];
  expect(scope?.scope.name).toBe('kubewarden');
  expect(collected?.resource.attributes['service.name']).toBe('kubewarden-policy-server');
  return new Map(scope?.metrics.map((metric) => [metric.descriptor.name, metric]));
}

const milliseconds = ([seconds, nanoseconds]: readonly [number, number]) =>
  seconds * 1000 + nanoseconds / 1e6;

describe('metrics', () => {
  it('count evaluations with the attributes that dashboards know', async () => {
    const metrics = await measure([record(rejected)]);
    const attributes = {
      policy_name: 'p',
      policy_mode: 'monitor',
      resource_kind: 'Pod',
      resource_request_operation: 'CREATE',
      resource_namespace: 'default',
      request_origin: 'validate',
      accepted: false,
      mutated: false,
      error_code: 418,
    };
    const evaluations = metrics.get('kubewarden_policy_evaluations_total')!;
    expect(evaluations.descriptor.unit).toBe('');
    expect(evaluations.dataPoints).toMatchObject([{ value: 1, attributes }]);
    const latency = metrics.get('kubewarden_policy_evaluation_latency_milliseconds')!;
    expect(latency.descriptor.unit).toBe('');
    expect(latency.dataPoints).toMatchObject([
      {
        attributes,
        value: {
          count: 1,
          sum: 7,
          buckets: { boundaries: [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000] },
        },
      },
    ]);
  });

  it('leave out what raw reviews and failed policies do not have', async () => {
    const raw = { ...rejected, verdict: { allowed: true, mutated: true }, request: { uid: '' } };
    const failed = { ...rejected, initializationError: 'bootstrap failure: p: x' };
    const metrics = await measure([record(raw, 'validate_raw'), record(failed)]);
    expect(
      metrics.get('kubewarden_policy_evaluations_total')!.dataPoints.map(({ attributes }) => attributes),
    ).toEqual([
      { policy_name: 'p', policy_mode: 'monitor', accepted: true, mutated: true },
      { policy_name: 'p', initialization_error: 'bootstrap failure: p: x' },
    ]);
    expect(metrics.get('kubewarden_policy_evaluation_latency_milliseconds')!.dataPoints).toHaveLength(1);
  });

  it('tell the state of the pool', async () => {
    const metrics = await measure([]);
    const value = (name: string) => metrics.get(`kubewarden_policy_server_${name}`)!.dataPoints[0]?.value;
    expect(value('queued_reviews')).toBe(1);
    expect(value('terminated_workers_total')).toBe(3);
    expect(value('refused_reviews_total')).toBe(5);
  });

  it('are there for Prometheus', async () => {
    const metrics = await startMetrics({ push: false, prometheus: true }, {});
    metrics.observe(record(rejected));
    const server = createServer(metrics.scrape).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/^kubewarden_policy_evaluations_total\{.*policy_name="p".*\} 1$/m);
    expect(text).toMatch(/^kubewarden_policy_evaluation_latency_milliseconds_bucket\{.*le="10".*\} 1$/m);
    expect((await fetch(`${url}/other`)).status).toBe(404);
    server.close();
    await metrics.shutdown();
  });
});

describe('traces', () => {
  it('are a span of the request around one of the review around one of the evaluation', () => {
    const exporter = new InMemorySpanExporter();
    const traces = createTraces(new SimpleSpanProcessor({ exporter }), new AlwaysOnSampler(), 'pod-1');
    traces.observe(record(rejected));
    const span = (name: string): ReadableSpan => {
      const found = exporter.getFinishedSpans().find((each) => each.name === name);
      if (found === undefined) throw new Error(`no span ${name}`);
      return found;
    };
    const [evaluation, review, root] = [span('validate'), span('validation'), span('request')];
    expect(review.instrumentationScope.name).toBe('kubewarden-policy-server');
    expect(review.parentSpanContext?.spanId).toBe(root.spanContext().spanId);
    expect(evaluation.parentSpanContext?.spanId).toBe(review.spanContext().spanId);
    expect(review.attributes).toEqual({
      host: 'pod-1',
      policy_id: 'p',
      request_uid: 'u1',
      name: 'nginx',
      namespace: 'default',
      operation: 'CREATE',
      subresource: '',
      kind_group: '',
      kind_version: 'v1',
      kind: 'Pod',
      resource_group: '',
      resource_version: 'v1',
      resource: 'pods',
      allowed: true,
      mutated: false,
    });
    expect(milliseconds(root.duration)).toBeCloseTo(12, 0);
    expect(milliseconds(evaluation.duration)).toBeCloseTo(7.9, 0);
  });

  it('name audits and raw reviews as the original does', () => {
    const exporter = new InMemorySpanExporter();
    const traces = createTraces(new SimpleSpanProcessor({ exporter }), new AlwaysOnSampler());
    const answer = { allowed: false, mutated: false, status: { message: 'no', code: 500 } };
    traces.observe(record({ ...rejected, answer }, 'audit'));
    traces.observe(record({ ...rejected, request: { uid: '' } }, 'validate_raw'));
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name)).toEqual([
      'validate',
      'audit',
      'request',
      'validate',
      'validation_raw',
      'request',
    ]);
    expect(spans[1]?.attributes).toMatchObject({
      host: 'unknown',
      response_code: 500,
      response_message: 'no',
    });
    expect(spans[4]?.attributes).toEqual({ host: 'unknown', policy_id: 'p', allowed: true, mutated: false });
  });
});

/** A collector that keeps what it gets: whether it was compressed, and the message. */
async function collect() {
  const exports: { path: string; compressed: boolean; content: string }[] = [];
  const collector = createHttp2Server((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      // A gRPC message: a flag for compression, four bytes of length, the message.
      const frame = Buffer.concat(chunks);
      const compressed = frame[0] === 1;
      const message = compressed ? gunzipSync(frame.subarray(5)) : frame.subarray(5);
      exports.push({ path: request.url, compressed, content: message.toString('latin1') });
      response.setHeader('content-type', 'application/grpc');
      response.addTrailers({ 'grpc-status': '0' });
      response.end(Buffer.alloc(5));
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(collector.address() as AddressInfo).port}`);
  return { exports, close: () => new Promise((resolve) => collector.close(resolve)) };
}

describe('the export by OTLP/gRPC', () => {
  it.each([undefined, 'gzip'])('delivers metrics, with compression %s', async (compression) => {
    const collector = await collect();
    if (compression !== undefined) vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', compression);
    const metrics = await startMetrics({ push: true, prometheus: false }, process.env);
    metrics.observe(record(rejected));
    await metrics.shutdown();
    expect(collector.exports).toMatchObject([
      {
        path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
        compressed: compression === 'gzip',
        content: expect.stringContaining('kubewarden_policy_evaluations_total'),
      },
    ]);
    await collector.close();
  });

  it('delivers traces, unless the sampler says otherwise', async () => {
    const collector = await collect();
    for (const sampler of ['always_off', 'parentbased_always_on']) {
      const traces = startOtlpTraces({ ...process.env, OTEL_TRACES_SAMPLER: sampler });
      traces.observe(record(rejected));
      await traces.shutdown();
    }
    expect(collector.exports).toMatchObject([
      {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        content: expect.stringContaining('validation'),
      },
    ]);
    await collector.close();
  });
});

describe('checkOtlpTlsFiles', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'otlp-')), 'pem');
  writeFileSync(file, '');

  it.each([
    [
      { OTEL_EXPORTER_OTLP_CERTIFICATE: '/missing' },
      'cannot read the file of OTEL_EXPORTER_OTLP_CERTIFICATE',
    ],
    [
      { OTEL_EXPORTER_OTLP_CERTIFICATE: file, OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: '/missing' },
      'cannot read the file of OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE',
    ],
    [{ OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: file }, 'must be given together'],
  ])('refuses %j', (environment, message) => {
    expect(() => checkOtlpTlsFiles('METRICS', environment)).toThrow(message);
  });

  it('ignores the files of other signals', () => {
    checkOtlpTlsFiles('METRICS', { OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: '/missing' });
  });
});

describe('startTelemetry', () => {
  it('tells of a collector that cannot be reached, and goes on', async () => {
    const lines: string[] = [];
    const logger = createLogger(
      'error',
      (entry) => formatText(entry, false),
      (line) => lines.push(line),
    );
    const log = { level: 'error', format: 'otlp', coloured: false } as const;
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:1');
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '200');
    const telemetry = await startTelemetry({ pushMetrics: true, log }, logger, process.env);
    telemetry.observe?.(record(rejected));
    await telemetry.shutdown(5_000);
    expect(lines.join('')).toMatch(/ERROR opentelemetry: .*127\.0\.0\.1:1/);
    expect(lines.join('')).not.toContain('stack');
  });

  it('costs nothing when nobody wants to know', async () => {
    const quiet = createLogger(
      'warn',
      () => '',
      () => undefined,
    );
    const log = { level: 'warn', format: 'text', coloured: false } as const;
    const telemetry = await startTelemetry({ pushMetrics: false, log }, quiet, {});
    expect(telemetry.observe).toBeUndefined();
    expect(telemetry.metrics).toBeUndefined();
  });

  it('writes a line for each request at level info', async () => {
    const lines: string[] = [];
    const logger = createLogger(
      'info',
      (entry) => formatText(entry, false),
      (line) => lines.push(line),
    );
    const log = { level: 'info', format: 'text', coloured: false } as const;
    const telemetry = await startTelemetry({ pushMetrics: false, log }, logger, {});
    telemetry.observe?.({ ...record(rejected), status: 500 });
    const span = 'request{method=POST uri=/validate/p version=HTTP/1.1}: tower_http::trace';
    expect(lines[0]).toContain(
      ` INFO ${span}::on_response: finished processing request latency=12 ms status=500`,
    );
    expect(lines[1]).toContain(`ERROR ${span}::on_failure: response failed`);
  });
});
