import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { ReviewEndpoint, ReviewOutcome } from '@kubewarden/evaluation-pool';
import { parsePolicyId, PolicyIdError } from '@kubewarden/policy';
import type { Logger } from '../logging/logger.ts';
import { answer, answerError } from './answer.ts';
import { type BodyBudget, readBody } from './body.ts';
import type { Evaluate } from './namespace-exemption.ts';
import type { AnsweredReview, RequestObserver } from './request-record.ts';

/** Handles `GET` requests below `/debug/pprof/`. */
export type ProfileHandler = (url: URL, response: ServerResponse) => Promise<void>;

export interface ApiOptions {
  readonly evaluate: Evaluate;
  /** Largest body, in bytes. */
  readonly maximumBodyBytes: number;
  readonly bodyBudget: BodyBudget;
  readonly logger: Logger;
  /** Absent when nobody wants to know; nothing is measured then. */
  readonly observe?: RequestObserver;
  readonly profiles?: ProfileHandler;
  /** True while the server stops: clients are told to go elsewhere for their next request. */
  readonly isDraining: () => boolean;
}

const endpoints: ReadonlyMap<string, ReviewEndpoint> = new Map([
  ['validate', 'validate'],
  ['audit', 'audit'],
  ['validate_raw', 'validate_raw'],
]);

const unexpected = 'Something went wrong';
const jsonContentType = /^application\/(?:[^\s/;]+\+)?json\s*(?:;|$)/i;

/** What a request led to, for the observer. */
interface Handled {
  readonly policyId: string;
  readonly endpoint: ReviewEndpoint;
  readonly outcome: AnsweredReview;
}

/** The API of the policy server: the review endpoints and, if wanted, the profiles. */
export function createApi(options: ApiOptions): RequestListener {
  const { observe, logger } = options;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<Handled | undefined> => {
    if (options.isDraining()) response.shouldKeepAlive = false;
    try {
      return await route(request, response, options);
    } catch (error) {
      logger.log('error', 'request handler failed', { error: String(error) });
      answerError(response, 500, unexpected);
      return undefined;
    }
  };
  if (observe === undefined) return (request, response) => void handle(request, response);
  const handleObserved = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = now();
    const review = await handle(request, response);
    observe({
      method: request.method ?? '',
      uri: request.url ?? '',
      httpVersion: request.httpVersion,
      status: response.statusCode,
      started,
      finished: now(),
      ...(review !== undefined && { review }),
    });
  };
  return (request, response) => void handleObserved(request, response);
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  options: ApiOptions,
): Promise<Handled | undefined> {
  const target = request.url ?? '';
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  const [, first = '', second = '', ...rest] = path.split('/');
  const endpoint = endpoints.get(first);
  if (endpoint !== undefined && second !== '' && rest.length === 0) {
    if (request.method !== 'POST') return refuseMethod(response, 'POST');
    return review(endpoint, second, request, response, options);
  }
  if (options.profiles !== undefined && path.startsWith('/debug/pprof/')) {
    if (request.method !== 'GET') return refuseMethod(response, 'GET');
    await options.profiles(new URL(target, 'http://localhost'), response);
    return undefined;
  }
  answerError(response, 404, 'not found');
  return undefined;
}

function refuseMethod(response: ServerResponse, allow: string): undefined {
  answerError(response, 405, `method not allowed, expected ${allow}`, { headers: { allow } });
}

async function review(
  endpoint: ReviewEndpoint,
  encodedId: string,
  request: IncomingMessage,
  response: ServerResponse,
  options: ApiOptions,
): Promise<Handled | undefined> {
  const policyId = decodeId(encodedId);
  if (policyId === undefined) {
    answerError(response, 400, 'Invalid URL: the policy id is no valid percent-encoded UTF-8');
    return undefined;
  }
  if (!jsonContentType.test(request.headers['content-type'] ?? '')) {
    answerError(response, 415, 'Expected request with `Content-Type: application/json`');
    return undefined;
  }
  const body = await readBody(request, options.maximumBodyBytes, options.bodyBudget);
  switch (body.kind) {
    case 'too-large':
      answerError(response, 413, 'Failed to buffer the request body: length limit exceeded', { close: true });
      return undefined;
    case 'overloaded':
      answerError(response, 503, 'the server is overloaded', {
        close: true,
        headers: { 'retry-after': '1' },
      });
      return undefined;
    case 'aborted':
      return undefined;
    case 'complete':
  }
  try {
    const outcome = await options.evaluate({ policyId, body: body.bytes, endpoint });
    return answerReview({ policyId, endpoint }, outcome, response, options);
  } finally {
    options.bodyBudget.give(body.bytes.byteLength);
  }
}

function answerReview(
  asked: { readonly policyId: string; readonly endpoint: ReviewEndpoint },
  outcome: ReviewOutcome,
  response: ServerResponse,
  options: ApiOptions,
): Handled | undefined {
  // It may have begun while the evaluation was under way.
  if (options.isDraining()) response.shouldKeepAlive = false;
  switch (outcome.kind) {
    case 'answered':
      answer(response, 200, 'application/json', outcome.body);
      return { ...asked, outcome };
    case 'malformed':
      answerError(response, outcome.status, `${malformedPrefix[outcome.status]}: ${outcome.message}`);
      return undefined;
    case 'unknown-policy':
      answerUnknown(asked.policyId, response, options.logger);
      return undefined;
    case 'failed':
    default:
      options.logger.log('error', `Evaluation error: ${outcome.error}`, { policy_id: asked.policyId });
      answerError(response, 500, unexpected);
      return undefined;
  }
}

const malformedPrefix = {
  400: 'Failed to parse the request body as JSON',
  422: 'Failed to deserialize the JSON body into the target type',
} as const;

/** An id that no policy can have is an error of another kind than one that no policy has. */
function answerUnknown(policyId: string, response: ServerResponse, logger: Logger): void {
  try {
    parsePolicyId(policyId);
  } catch (error) {
    if (!(error instanceof PolicyIdError)) throw error;
    logger.log('error', `Evaluation error: ${error.message}`);
    answerError(response, 500, unexpected);
    return;
  }
  answerError(response, 404, `unknown policy: ${policyId}`);
}

function decodeId(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
