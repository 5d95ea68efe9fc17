import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuthority } from '../certificates/authority.ts';

/** What goes wrong with one request. */
type Fault =
  /** The connection breaks after so many bytes of the answer's body; its headers promised all of it. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** After so many bytes of the body nothing comes any more. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** The last byte of the body is another one. */
  | { readonly kind: 'corrupt' }
  /** The body comes in small pieces with pauses between them. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMilliseconds: number }
  /** An answer of the proxy's own; the registry is not asked. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
      readonly body?: string | Uint8Array;
    }
  /** The connection is reset before any answer; the registry is not asked. */
  | { readonly kind: 'reset' }
  /** The registry is asked and the answer lost: the connection is reset. */
  | { readonly kind: 'lose-answer' }
  /** Headers of the answer are set to other values, or taken away. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string | undefined>> };

interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Stands between a client and a registry, and does to each request what the test says. */
export interface FaultProxy {
  /** `localhost:port` */
  readonly host: string;
  readonly url: string;
  /** PEM of the authority that has signed its certificate; empty without TLS. */
  readonly authority: string;
  /** All requests so far. */
  readonly requests: readonly SeenRequest[];
  /** Decides from now on what goes wrong with a request: nothing when it returns `undefined`. */
  inject(decide: (request: SeenRequest) => Fault | undefined): void;
  /** Forgets the requests and injects nothing any more. */
  reset(): void;
  stop(): Promise<void>;
}

export interface FaultProxyOptions {
  /** Serves HTTPS with a certificate of an authority of its own. Default: plain HTTP. */
  readonly tls?: boolean;
}

/**
 * Starts a proxy in front of a registry.
 *
 * @param target - the registry: its `url`, and with TLS its `authority`
 */
export async function startFaultProxy(
  target: { readonly url: string; readonly authority?: string },
  options: FaultProxyOptions = {},
): Promise<FaultProxy> {
  const requests: SeenRequest[] = [];
  let decide: ((request: SeenRequest) => Fault | undefined) | undefined;
  const listener: RequestListener = (incoming, outgoing) => {
    const seen = { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers };
    requests.push(seen);
    const fault = decide?.(seen);
    if (fault?.kind === 'reset') reset(incoming);
    else if (fault?.kind === 'answer') {
      incoming.resume();
      outgoing.writeHead(fault.status, toHeaders(fault.headers)).end(fault.body);
    } else forward(incoming, outgoing, target, options.tls ?? false, fault);
  };
  let authority = '';
  let server;
  if (options.tls) {
    const issuer = await createAuthority({ commonName: 'Fault proxy authority' });
    const identity = await issuer.issue({
      commonName: 'localhost',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
    });
    authority = issuer.certificate;
    server = createHttpsServer({ cert: identity.certificate, key: identity.key }, listener);
  } else server = createHttpServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `${options.tls ? 'https' : 'http'}://${host}`,
    authority,
    requests,
    inject: (next) => {
      decide = next;
    },
    reset: () => {
      requests.splice(0);
      decide = undefined;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reset({ socket }: IncomingMessage): void {
  // TLS sockets cannot be reset, only closed without the farewell of TLS.
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: { readonly url: string; readonly authority?: string },
  tls: boolean,
  fault: Fault | undefined,
): void {
  const url = new URL(incoming.url ?? '/', target.url);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const onward = send(
    url,
    {
      method: incoming.method,
      // The host is kept, so that the registry names this proxy in its locations.
      headers: { ...incoming.headers, 'x-forwarded-proto': tls ? 'https' : 'http' },
      ...(target.authority && { ca: target.authority }),
      agent: false,
    },
    (answer) => {
      if (fault?.kind === 'lose-answer') {
        answer.resume();
        reset(incoming);
        return;
      }
      const headers = { ...answer.headers };
      if (fault?.kind === 'headers') {
        for (const [name, value] of Object.entries(fault.headers)) {
          if (value === undefined) delete headers[name.toLowerCase()];
          else headers[name.toLowerCase()] = value;
        }
      }
      outgoing.writeHead(answer.statusCode ?? 502, headers);
      passBody(answer, outgoing, fault).catch(() => outgoing.destroy());
    },
  );
  onward.on('error', () => outgoing.destroy());
  incoming.on('error', () => onward.destroy());
  incoming.pipe(onward);
}

async function passBody(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  if (fault?.kind === 'corrupt') {
    const pieces: Buffer[] = [];
    for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
    const body = Buffer.concat(pieces);
    if (body.length > 0) body[body.length - 1] = body.at(-1)! ^ 0xff;
    outgoing.end(body);
    return;
  }
  let passed = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    if (fault?.kind === 'drip') {
      for (let at = 0; at < piece.length && !outgoing.destroyed; at += fault.bytes) {
        outgoing.write(piece.subarray(at, at + fault.bytes));
        await sleep(fault.everyMilliseconds);
      }
    } else if (fault?.kind === 'truncate' || fault?.kind === 'stall') {
      const rest = Math.max(0, fault.afterBytes - passed);
      passed += piece.length;
      if (piece.length <= rest) {
        outgoing.write(piece);
        continue;
      }
      await new Promise((resolve) => outgoing.write(piece.subarray(0, rest), resolve));
      if (fault.kind === 'truncate') outgoing.destroy();
      return;
    } else if (!outgoing.write(piece)) await drained(outgoing);
  }
  outgoing.end();
}

function toHeaders(
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done).off('close', done);
      resolve();
    };
    outgoing.on('drain', done).on('close', done);
  });
}
