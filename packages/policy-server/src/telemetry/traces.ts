import {
  type Attributes,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { RequestObserver, RequestRecord } from '../http/request-record.ts';
import { checkOtlpTlsFiles, environmentNumber } from './otlp-environment.ts';
import { serviceResource } from './resource.ts';

/** Traces that are exported in batches. */
export interface Traces {
  readonly observe: RequestObserver;
  /** Exports what is waiting and ends. */
  shutdown(): Promise<void>;
}

const scope = 'kubewarden-policy-server';

/**
 * Exports a span for every request by OTLP/gRPC, as the `OTEL_*` variables say.
 *
 * @throws ConfigError when a TLS file cannot be read
 */
export function startOtlpTraces(environment: NodeJS.ProcessEnv): Traces {
  checkOtlpTlsFiles('TRACES', environment);
  const processor = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter(),
    ...definedOnly({
      scheduledDelayMillis: environmentNumber('OTEL_BSP_SCHEDULE_DELAY', environment),
      maxQueueSize: environmentNumber('OTEL_BSP_MAX_QUEUE_SIZE', environment),
      maxExportBatchSize: environmentNumber('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', environment),
      exportTimeoutMillis: environmentNumber('OTEL_BSP_EXPORT_TIMEOUT', environment),
    }),
  });
  return createTraces(processor, samplerOf(environment), environment['HOSTNAME']);
}

/** @param host the span field `host` */
export function createTraces(processor: SpanProcessor, sampler: Sampler, host = 'unknown'): Traces {
  const provider = new TracerProvider({ resource: serviceResource(), sampler, spanProcessors: [processor] });
  const tracer = provider.getTracer(scope);
  return {
    observe: (record) => recordSpans(tracer, record, host),
    shutdown: () => provider.shutdown(),
  };
}

const spanNames = { validate: 'validation', audit: 'audit', validate_raw: 'validation_raw' } as const;

/** `request` around `validation`, `audit` or `validation_raw`, around `validate`, which is the evaluation itself. */
function recordSpans(tracer: Tracer, record: RequestRecord, host: string): void {
  const { method, uri, httpVersion, status, started, finished, review } = record;
  const root = tracer.startSpan(
    'request',
    {
      kind: SpanKind.SERVER,
      startTime: started,
      attributes: { method, uri, version: `HTTP/${httpVersion}`, status },
    },
    ROOT_CONTEXT,
  );
  if (status >= 500) root.setStatus({ code: SpanStatusCode.ERROR });
  if (review !== undefined) {
    const { endpoint, policyId, outcome } = review;
    const attributes = {
      host,
      policy_id: policyId,
      ...(endpoint !== 'validate_raw' && requestAttributes(outcome.request)),
      allowed: outcome.answer.allowed,
      mutated: outcome.answer.mutated,
      ...definedOnly({
        response_code: outcome.answer.status?.code,
        response_message: outcome.answer.status?.message,
      }),
    };
    const handler = tracer.startSpan(
      spanNames[endpoint],
      { startTime: started, attributes },
      trace.setSpan(ROOT_CONTEXT, root),
    );
    const evaluated = started + outcome.queueMilliseconds;
    tracer
      .startSpan(
        'validate',
        { startTime: evaluated, attributes: { policy_id: policyId } },
        trace.setSpan(ROOT_CONTEXT, handler),
      )
      .end(Math.min(evaluated + outcome.evaluationMilliseconds, finished));
    handler.end(finished);
  }
  root.end(finished);
}

type ReviewRequest = NonNullable<RequestRecord['review']>['outcome']['request'];

/** What is missing is the empty string, as in the original, so that searches have a value to match. */
function requestAttributes(request: ReviewRequest): Attributes {
  const [kind_group = '', kind_version = '', kind = ''] = request.kind ?? [];
  const [resource_group = '', resource_version = '', resource = ''] = request.resource ?? [];
  return {
    request_uid: request.uid,
    name: request.name ?? '',
    namespace: request.namespace ?? '',
    operation: request.operation ?? '',
    subresource: request.subResource ?? '',
    kind_group,
    kind_version,
    kind,
    resource_group,
    resource_version,
    resource,
  };
}

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration */
function samplerOf(environment: NodeJS.ProcessEnv): Sampler {
  const ratio = Number(environment['OTEL_TRACES_SAMPLER_ARG'] || 1);
  const byRatio = new TraceIdRatioBasedSampler(ratio >= 0 && ratio <= 1 ? ratio : 1);
  switch (environment['OTEL_TRACES_SAMPLER'] ?? '') {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return byRatio;
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: byRatio });
    default:
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  }
}

type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

function definedOnly<T extends Readonly<Record<string, unknown>>>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
