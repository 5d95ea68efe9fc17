import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SocketAddress } from '../config/config.ts';
import type { Certs } from '../tls/certs.ts';
import { answerError } from './answer.ts';

/**
 * Bounds on connections. API servers keep connections for a minute or two; the server must not be the first to
 * close one, or a request that is already under way is lost. A client that trickles its request is cut off.
 */
export const connectionLimits = {
  keepAliveTimeout: 120_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
} as const satisfies ServerOptions;

const handshakeMilliseconds = 10_000;
const sweepMilliseconds = 50;

export interface ListenOptions {
  readonly certs?: Certs;
  /** Overrides {@link connectionLimits}. */
  readonly limits?: Partial<typeof connectionLimits> | ServerOptions;
  /** A request that announces a longer body is refused before it is sent. */
  readonly maximumBodyBytes: number;
}

/** Creates the server of the API, HTTPS when there are certificates; their replacements are followed. */
export function createApiServer(
  api: RequestListener,
  { certs, limits, maximumBodyBytes }: ListenOptions,
): Server {
  const bounds = { ...connectionLimits, ...limits };
  const server = certs === undefined ? createHttpServer(bounds, api) : createTlsServer(api, bounds, certs);
  server.on('checkContinue', (request, response) => {
    if (Number(request.headers['content-length'] ?? 0) > maximumBodyBytes) {
      answerError(response, 413, 'Failed to buffer the request body: length limit exceeded', { close: true });
      return;
    }
    response.writeContinue();
    api(request, response);
  });
  return server;
}

function createTlsServer(api: RequestListener, bounds: ServerOptions, certs: Certs): Server {
  const server = createHttpsServer(
    {
      ...bounds,
      ...certs.contextOptions,
      handshakeTimeout: handshakeMilliseconds,
      requestCert: certs.requiresClientCertificate,
      rejectUnauthorized: certs.requiresClientCertificate,
    },
    api,
  );
  server.once('listening', () => {
    // Connections that are already there keep their old session.
    const stop = certs.watch((options) => server.setSecureContext(options));
    server.once('close', stop);
  });
  return server;
}

/**
 * Binds a server.
 *
 * @returns where it listens, which is more than was asked for when the port was 0
 * @throws the system's error when the address cannot be bound
 */
export function listen(server: Server, { host, port }: SocketAddress): Promise<SocketAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      const address = server.address() as AddressInfo;
      resolve({ host: address.address, port: address.port });
    });
  });
}

/**
 * Stops accepting connections and waits until the requests in flight are answered; idle connections are closed at
 * once, those that are still busy after `graceMilliseconds` are cut.
 */
export async function closeServer(server: Server, graceMilliseconds: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // A connection whose answer left before it could say that it is the last one becomes idle later.
  const sweep = setInterval(() => server.closeIdleConnections(), sweepMilliseconds);
  const cut = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
