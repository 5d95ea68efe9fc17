import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { PolicyFetchError } from './errors.ts';
import type { DownloadLimits } from './download-limits.ts';
import { type Proxies, proxyFor } from './proxies.ts';
import type { Sources } from './sources.ts';

/** How a host is reached. */
type Protection = 'verified' | 'unverified';

const maximumRedirects = 10;
const maximumAttempts = 3;
const maximumRetryAfterMilliseconds = 5_000;

/** The host could not be talked to: no connection, or TLS failed. Only this may lead to a weaker protocol. */
class ConnectionError extends PolicyFetchError {}

/** An answer that may be different the next time. */
class TransientError extends PolicyFetchError {
  readonly retryAfterMilliseconds: number;

  constructor(message: string, retryAfterMilliseconds = 0, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterMilliseconds = retryAfterMilliseconds;
  }
}

/**
 * Gets the bytes behind a URL. Verified TLS first; a host listed in `insecure_sources` that cannot be reached so
 * is tried with unverified TLS and then by plain HTTP. An answer of the host, whatever its status, ends that
 * search: a 404 never makes a request travel unprotected.
 *
 * @throws PolicyFetchError
 */
export async function download(
  url: URL,
  sources: Sources,
  proxies: Proxies,
  limits: DownloadLimits,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const deadline = AbortSignal.timeout(limits.totalMilliseconds);
  const abort = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  const get = (target: URL, protection: Protection): Promise<Uint8Array> =>
    repeat(() => follow(target, protection, { sources, proxies, limits, abort }), limits, abort);

  const attempts: (() => Promise<Uint8Array>)[] = [() => get(url, 'verified')];
  if (url.protocol === 'https:' && sources.insecureSources.has(url.host)) {
    const plain = new URL(url);
    plain.protocol = 'http:';
    attempts.push(
      () => get(url, 'unverified'),
      () => get(plain, 'verified'),
    );
  }
  let failure: unknown;
  for (const attempt of attempts) {
    try {
      return await attempt();
    } catch (error) {
      failure = error;
      if (!(error instanceof ConnectionError) || abort.aborted) break;
    }
  }
  if (deadline.aborted) {
    throw new PolicyFetchError(
      `no complete answer within ${limits.totalMilliseconds} ms from ${redact(url)}`,
      {
        cause: failure,
      },
    );
  }
  throw failure;
}

/** GET has no side effect, so a failed one may be repeated; what the host decided (4xx) is not asked again. */
async function repeat<T>(get: () => Promise<T>, limits: DownloadLimits, abort: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await get();
    } catch (error) {
      if (!(error instanceof TransientError) || attempt === maximumAttempts) throw error;
      const pause = Math.max(limits.retryMilliseconds * 2 ** (attempt - 1), error.retryAfterMilliseconds);
      await sleep(pause, undefined, { signal: abort });
    }
  }
}

interface Route {
  readonly sources: Sources;
  readonly proxies: Proxies;
  readonly limits: DownloadLimits;
  readonly abort: AbortSignal;
}

async function follow(start: URL, protection: Protection, route: Route): Promise<Uint8Array> {
  let url = start;
  for (let redirects = 0; redirects <= maximumRedirects; redirects += 1) {
    const answer = await get(
      url,
      url.host === start.host ? protection : 'verified',
      url.host === start.host,
      route,
    );
    if (answer instanceof Uint8Array) return answer;
    if (
      url.protocol === 'https:' &&
      answer.protocol !== 'https:' &&
      !route.sources.insecureSources.has(answer.host)
    ) {
      throw new PolicyFetchError(`${redact(url)} redirects to the unprotected ${redact(answer)}`);
    }
    url = answer;
  }
  throw new PolicyFetchError(`${redact(start)} redirects more than ${maximumRedirects} times`);
}

/** One request: the body, or the URL it redirects to. */
async function get(
  url: URL,
  protection: Protection,
  withCredentials: boolean,
  { sources, proxies, limits, abort }: Route,
): Promise<Uint8Array | URL> {
  const dispatcher = createDispatcher(url, protection, sources, proxies, limits);
  try {
    let response: Dispatcher.ResponseData;
    try {
      response = await request(url, {
        dispatcher,
        signal: abort,
        headersTimeout: limits.idleMilliseconds,
        bodyTimeout: limits.idleMilliseconds,
        headers: withCredentials && url.username !== '' ? { authorization: basicCredentials(url) } : {},
      });
    } catch (cause) {
      throw new ConnectionError(`cannot reach ${redact(url)}: ${explain(cause)}`, { cause });
    }
    const location = response.headers['location'];
    if ([301, 302, 303, 307, 308].includes(response.statusCode) && typeof location === 'string') {
      return redirectTarget(location, url);
    }
    if (response.statusCode !== 200) throw statusError(url, response);
    return await readBody(url, response, limits.maximumBytes);
  } finally {
    await dispatcher.destroy();
  }
}

function redirectTarget(location: string, from: URL): URL {
  const target = URL.parse(location, from.href);
  if (target === null || (target.protocol !== 'https:' && target.protocol !== 'http:')) {
    throw new PolicyFetchError(`${redact(from)} redirects to something that is no web address`);
  }
  return target;
}

function createDispatcher(
  url: URL,
  protection: Protection,
  sources: Sources,
  proxies: Proxies,
  limits: DownloadLimits,
): Dispatcher {
  const authorities = sources.sourceAuthorities.get(url.host) ?? [];
  const tls = {
    timeout: limits.connectMilliseconds,
    rejectUnauthorized: protection === 'verified',
    ...(url.protocol === 'https:' && { ca: [...trustedRoots(), ...authorities] }),
  };
  const proxy = proxyFor(url, proxies);
  return proxy === undefined
    ? new Agent({ connect: tls })
    : new ProxyAgent({ uri: proxy, requestTls: tls, connect: { timeout: limits.connectMilliseconds } });
}

let roots: readonly string[] | undefined;

/** What Node trusts (`NODE_EXTRA_CA_CERTS` included) and what the system trusts. */
function trustedRoots(): readonly string[] {
  roots ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  return roots;
}

async function readBody(
  url: URL,
  response: Dispatcher.ResponseData,
  maximumBytes: number,
): Promise<Uint8Array> {
  const tooLarge = (): PolicyFetchError =>
    new PolicyFetchError(`the answer of ${redact(url)} is larger than ${maximumBytes} bytes`);
  if (Number(response.headers['content-length'] ?? 0) > maximumBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > maximumBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof PolicyFetchError) throw cause;
    throw new TransientError(`the answer of ${redact(url)} is incomplete: ${explain(cause)}`, 0, { cause });
  }
  return Buffer.concat(chunks, size);
}

function statusError(url: URL, response: Dispatcher.ResponseData): PolicyFetchError {
  const message = `${redact(url)} answered with HTTP status ${response.statusCode}`;
  if (response.statusCode !== 429 && response.statusCode < 500) return new PolicyFetchError(message);
  const seconds = Number(response.headers['retry-after'] ?? 0);
  const pause = Number.isFinite(seconds) ? Math.min(seconds * 1000, maximumRetryAfterMilliseconds) : 0;
  return new TransientError(message, pause);
}

function basicCredentials(url: URL): string {
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** The URL without credentials and query, which may hold secrets, for messages. */
function redact(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** Node reports some connection failures as an AggregateError whose own message is empty. */
function explain(error: unknown): string {
  const { message, code, cause } = error as NodeJS.ErrnoException;
  if (message !== '') return cause instanceof Error ? `${message}: ${cause.message}` : message;
  return code ?? String(error);
}
