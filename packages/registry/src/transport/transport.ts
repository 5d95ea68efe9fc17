import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { RegistryError, RegistryUnreachableError } from '../errors.ts';
import type { Sources } from '../sources.ts';
import { ConnectError, createDispatchers, type Protection } from './dispatchers.ts';
import { checkProxies, type Proxies } from './proxies.ts';
import { explain, redact } from './redact.ts';
import { repetitionPause } from './retry-after.ts';
import { maximumAttempts, type TransferLimits } from './transfer-limits.ts';

const maximumRedirects = 10;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const maximumUnreachableHosts = 1_000;
const shortBody = 16 * 1024;
const userAgent = 'kubewarden';

/** A function opens the body anew each time that the request is sent. */
export type RequestBody = Uint8Array | (() => AsyncIterable<Uint8Array>);

export interface TransportRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `https:` for hosts whose protocol is found out: `insecure_sources` are then reached by what they speak. */
  readonly url: URL;
  /** `host[:port]` as `sources.yaml` names the host of `url`. */
  readonly sourceKey: string;
  /** Another host in whose name this one is asked, whose authorities are trusted here as well. */
  readonly onBehalfOf?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent to the origin of `url`, never to where that redirects. */
  readonly authorization?: string;
  readonly body?: RequestBody;
  /** Whether it may be sent again when the answer is 429, 5xx or lost. */
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
}

export interface Answer {
  /** Where it came from, after redirects. */
  readonly url: URL;
  readonly protection: Protection;
  readonly status: number;
  /** A header that was sent several times has all its values. */
  header(name: string): string | undefined;
  headers(name: string): readonly string[];
  readonly body: AsyncIterable<Uint8Array>;
  /** Reads no further. */
  discard(): void;
}

/** A connection that broke, or said nothing for too long, after it had come about. */
export class ConnectionBrokenError extends RegistryUnreachableError {}

/** Sends requests to hosts as `sources.yaml` says they are to be reached. */
export interface Transport {
  /**
   * Sends a request, follows redirects, and repeats it where that may help. The last answer is handed over
   * whatever its status.
   *
   * @param consume - reads the answer; when it throws ConnectionBrokenError, the request may be repeated
   * @throws RegistryUnreachableError when there is no answer
   */
  request<T>(request: TransportRequest, consume: (answer: Answer) => Promise<T> | T): Promise<T>;
  isInsecure(sourceKey: string): boolean;
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly sources: Sources;
  readonly proxies: Proxies;
  readonly limits: TransferLimits;
  readonly warn: (message: string) => void;
}

/** @throws SourcesError when a proxy cannot be used */
export function createTransport({ sources, proxies, limits, warn }: TransportOptions): Transport {
  checkProxies(proxies);
  const dispatchers = createDispatchers(sources, proxies, limits);
  const settled = new Map<string, Promise<Protection | undefined>>();
  const unreachable = new Map<string, { readonly error: RegistryUnreachableError; readonly until: number }>();
  let closed = false;

  const throwIfUnreachable = (request: TransportRequest): void => {
    const known = unreachable.get(hostOf(request));
    if (known !== undefined && performance.now() < known.until) throw known.error;
  };

  const isInsecure = (sourceKey: string): boolean => sources.insecureSources.has(sourceKey);

  const exchange = async (request: TransportRequest, protection: Protection): Promise<Answer> => {
    if (closed) throw new RegistryError('the registry client is closed');
    const url = protection === 'plain' ? plainUrl(request) : request.url;
    const authorityKeys = [request.sourceKey, request.onBehalfOf].filter((key) => key !== undefined);
    const dispatcher = await dispatchers.for({ url, protection, authorityKeys });
    const { request: send } = await import('undici');
    let response: Dispatcher.ResponseData;
    try {
      response = await send(url, {
        dispatcher,
        method: request.method,
        signal: request.signal,
        headersTimeout: limits.idleMilliseconds,
        bodyTimeout: limits.idleMilliseconds,
        headers: {
          'user-agent': userAgent,
          ...request.headers,
          ...(request.authorization !== undefined && { authorization: request.authorization }),
        },
        ...(request.body !== undefined && {
          body: typeof request.body === 'function' ? Readable.from(request.body()) : request.body,
        }),
      });
    } catch (cause) {
      request.signal.throwIfAborted();
      if (cause instanceof RegistryError) throw cause;
      const message = `cannot reach ${redact(url)}`;
      if (cause instanceof ConnectError) {
        throw new RegistryUnreachableError(`${message}: ${cause.message}`, { cause });
      }
      throw new ConnectionBrokenError(`${message}: ${explain(cause)}`, { cause });
    }
    return toAnswer(url, protection, response, request.signal);
  };

  /** Verified TLS, then unverified TLS, then plain HTTP, until there is a connection; the first one decides. */
  const descend = async (
    request: TransportRequest,
    decide: (protection: Protection) => void,
  ): Promise<Answer> => {
    let failure: unknown;
    for (const protection of ['verified', 'unverified', 'plain'] as const) {
      try {
        const answer = await exchange(request, protection);
        decide(protection);
        return answer;
      } catch (error) {
        if (error instanceof ConnectionBrokenError) decide(protection);
        else if (error instanceof RegistryUnreachableError) {
          failure = error;
          continue;
        }
        throw error;
      }
    }
    throw failure;
  };

  const warnOfWeakness = (sourceKey: string, protection: Protection): void => {
    if (protection === 'unverified') {
      warn(`the certificate of ${sourceKey} is not verified, as insecure_sources allows`);
    } else if (protection === 'plain') {
      warn(`${sourceKey} is reached by plain HTTP, as insecure_sources allows`);
    }
  };

  /**
   * A host to which no connection comes about is not tried again for as long as it took to find out: many requests
   * are not to wait for the same.
   */
  const send = async (request: TransportRequest): Promise<Answer> => {
    throwIfUnreachable(request);
    const begun = performance.now();
    try {
      return await sendProtected(request);
    } catch (error) {
      if (error instanceof RegistryUnreachableError && !(error instanceof ConnectionBrokenError)) {
        if (unreachable.size >= maximumUnreachableHosts) unreachable.clear();
        unreachable.set(hostOf(request), { error, until: 2 * performance.now() - begun });
      }
      throw error;
    }
  };

  /** One request without redirects and repetitions, protected as the host has turned out to be able to. */
  const sendProtected = async (request: TransportRequest): Promise<Answer> => {
    if (request.url.protocol === 'http:') return exchange(request, 'plain');
    if (!isInsecure(request.sourceKey)) return exchange(request, 'verified');
    for (;;) {
      const deciding = settled.get(request.sourceKey);
      if (deciding === undefined) break;
      const protection = await deciding;
      if (protection !== undefined) return exchange(request, protection);
      throwIfUnreachable(request);
    }
    const { promise, resolve } = Promise.withResolvers<Protection | undefined>();
    settled.set(request.sourceKey, promise);
    let decided = false;
    try {
      return await descend(request, (protection) => {
        decided = true;
        resolve(protection);
        warnOfWeakness(request.sourceKey, protection);
      });
    } finally {
      if (!decided) {
        settled.delete(request.sourceKey);
        resolve(undefined);
      }
    }
  };

  const follow = async (start: TransportRequest): Promise<Answer> => {
    let request = start;
    for (let redirects = 0; redirects <= maximumRedirects; redirects += 1) {
      const answer = await send(request);
      const location = answer.header('location');
      if (!redirectStatuses.has(answer.status) || location === undefined) return answer;
      answer.discard();
      if (start.method !== 'GET' && start.method !== 'HEAD') {
        throw new RegistryError(`${redact(answer.url)} redirects a ${start.method} request`);
      }
      request = redirected(request, answer, location);
    }
    throw new RegistryError(`${redact(start.url)} redirects more than ${maximumRedirects} times`);
  };

  const redirected = (request: TransportRequest, { url }: Answer, location: string): TransportRequest => {
    const target = URL.parse(location, url.href);
    if (target === null || (target.protocol !== 'https:' && target.protocol !== 'http:')) {
      throw new RegistryError(`${redact(url)} redirects to something that is no web address`);
    }
    const sourceKey = target.host === url.host ? request.sourceKey : target.host;
    if (url.protocol === 'https:' && target.protocol === 'http:' && !isInsecure(sourceKey)) {
      throw new RegistryError(`${redact(url)} redirects to the unprotected ${redact(target)}`);
    }
    const { authorization, ...rest } = request;
    return {
      ...rest,
      url: target,
      sourceKey,
      onBehalfOf: request.onBehalfOf ?? request.sourceKey,
      ...(authorization !== undefined && target.origin === url.origin && { authorization }),
    };
  };

  const request: Transport['request'] = async (request, consume) => {
    for (let attempt = 1; ; attempt += 1) {
      const mayRepeat = request.repeatable && attempt < maximumAttempts;
      let pause = limits.retryMilliseconds * 2 ** (attempt - 1);
      try {
        const answer = await follow(request);
        const wanted = mayRepeat
          ? repetitionPause(answer.status, answer.header('retry-after'), pause)
          : undefined;
        if (wanted === undefined) return await consume(answer);
        pause = wanted;
        answer.discard();
      } catch (error) {
        if (!mayRepeat || !(error instanceof ConnectionBrokenError)) throw error;
      }
      await sleep(pause, undefined, { signal: request.signal });
    }
  };

  return {
    request,
    isInsecure,
    close: async () => {
      closed = true;
      await dispatchers.close();
    },
  };
}

function hostOf({ url, sourceKey }: TransportRequest): string {
  return `${url.protocol}//${sourceKey}`;
}

/** The port of a source that names none is that of the scheme. */
function plainUrl({ url, sourceKey }: TransportRequest): URL {
  if (url.protocol === 'http:') return url;
  const port = /:\d+$/.exec(sourceKey)?.[0] ?? '';
  return new URL(`http://${url.hostname}${port}${url.pathname}${url.search}`);
}

function toAnswer(
  url: URL,
  protection: Protection,
  response: Dispatcher.ResponseData,
  signal: AbortSignal,
): Answer {
  const headers = (name: string): readonly string[] => {
    const value = response.headers[name];
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  };
  return {
    url,
    protection,
    status: response.statusCode,
    header: (name) => headers(name)[0],
    headers,
    body: readPieces(url, response, signal),
    discard: () => {
      // What is short is read to its end, so that the connection can be used again.
      response.body.dump({ limit: shortBody }).catch(() => undefined);
    },
  };
}

async function* readPieces(
  url: URL,
  response: Dispatcher.ResponseData,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body as AsyncIterable<Uint8Array>;
  } catch (cause) {
    signal.throwIfAborted();
    throw new ConnectionBrokenError(`the answer of ${redact(url)} is incomplete: ${explain(cause)}`, {
      cause,
    });
  }
}
