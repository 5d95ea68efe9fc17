import type { SecureContext } from 'node:tls';
import type { buildConnector as Connecting, Dispatcher } from 'undici';
import type { Sources } from '../sources.ts';
import { type Proxies, proxyFor } from './proxies.ts';
import { explain } from './redact.ts';
import type { TransferLimits } from './transfer-limits.ts';

/** How a host is reached. `plain` is HTTP without TLS. */
export type Protection = 'verified' | 'unverified' | 'plain';

interface Route {
  readonly url: URL;
  readonly protection: Protection;
  /** Keys of `source_authorities` that hold for this connection. */
  readonly authorityKeys: readonly string[];
}

/** Connections, pooled by host, protection, authorities and proxy. */
export interface Dispatchers {
  for(route: Route): Promise<Dispatcher>;
  close(): Promise<void>;
}

/** No connection came about: the only failure that may lead to a weaker protection. */
export class ConnectError extends Error {}

export function createDispatchers(sources: Sources, proxies: Proxies, limits: TransferLimits): Dispatchers {
  const pool = new Map<string, Promise<Dispatcher>>();
  const contexts = new Map<string, SecureContext>();

  const contextFor = async (authorityKeys: readonly string[]): Promise<SecureContext> => {
    const { createTrust } = await import('./trust.ts');
    const keys = authorityKeys.filter((key) => sources.sourceAuthorities.has(key));
    const name = keys.join(' ');
    const context = contexts.get(name) ?? createTrust(keys, sources);
    contexts.set(name, context);
    return context;
  };

  const create = async (route: Route, proxy: string | undefined): Promise<Dispatcher> => {
    // The HTTP client takes a tenth of a second to load, which programs that reach for nothing need not pay.
    const { Agent, buildConnector, Pool, ProxyAgent } = await import('undici');
    const tls = {
      timeout: limits.connectMilliseconds,
      allowH2: false,
      rejectUnauthorized: route.protection === 'verified',
      ...(route.protection !== 'plain' && { secureContext: await contextFor(route.authorityKeys) }),
    };
    if (proxy === undefined) return new Agent({ connect: marked(buildConnector(tls)) });
    return new ProxyAgent({
      uri: proxy,
      // Proxies commonly refuse to tunnel to other ports than 443, so plain HTTP is asked for in absolute form.
      proxyTunnel: false,
      requestTls: tls,
      connectTimeout: limits.connectMilliseconds,
      factory: (origin, options) => {
        const { connect, ...rest } = options as { connect: Connecting.connector };
        return new Pool(origin, { ...rest, allowH2: false, connect: marked(connect) });
      },
      clientFactory: (origin, options) =>
        new Pool(origin, { ...options, allowH2: false, headersTimeout: limits.connectMilliseconds }),
    });
  };

  return {
    for: (route) => {
      const proxy = proxyFor(route.url, proxies);
      const key = [route.url.host, route.protection, proxy ?? '', ...route.authorityKeys].join(' ');
      const dispatcher = pool.get(key) ?? create(route, proxy);
      pool.set(key, dispatcher);
      return dispatcher;
    },
    close: async () => {
      const dispatchers = [...pool.values()];
      pool.clear();
      // Those that could not be made have said so when they were needed.
      await Promise.allSettled(dispatchers.map(async (dispatcher) => (await dispatcher).destroy()));
    },
  };
}

/** Tells failures to connect from those that come later. */
function marked(connect: Connecting.connector): Connecting.connector {
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (error === null) callback(null, socket);
      else callback(new ConnectError(explain(error), { cause: error }), null);
    });
}
