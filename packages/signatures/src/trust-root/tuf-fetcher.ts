import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type Proxies, proxyFor } from '@kubewarden/registry';
import { BaseFetcher } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';

/** Downloads metadata and targets through a proxy where one is set. Follows no redirects. */
export class TufFetcher extends BaseFetcher {
  readonly #proxies: Proxies;
  readonly #signal: AbortSignal;
  readonly #dispatchers: Dispatcher[] = [];

  /** @param signal ends all downloads */
  constructor(proxies: Proxies, signal: AbortSignal) {
    super();
    this.#proxies = proxies;
    this.#signal = signal;
  }

  override async fetch(url: string): Promise<globalThis.ReadableStream<Uint8Array<ArrayBuffer>>> {
    const { statusCode, body } = await request(url, {
      dispatcher: this.#dispatcherFor(new URL(url)),
      signal: this.#signal,
    });
    if (statusCode !== 200) {
      await body.dump();
      throw new DownloadHTTPError(`${url} answers with status ${statusCode}`, statusCode);
    }
    const stream: ReadableStream<Uint8Array> = Readable.toWeb(body);
    return stream as globalThis.ReadableStream<Uint8Array<ArrayBuffer>>;
  }

  async close(): Promise<void> {
    await Promise.all(this.#dispatchers.map((dispatcher) => dispatcher.destroy()));
  }

  #dispatcherFor(url: URL): Dispatcher {
    const existing = this.#dispatchers[0];
    if (existing !== undefined) return existing;
    const proxy = proxyFor(url, this.#proxies);
    const dispatcher =
      proxy === undefined
        ? new Agent()
        : new ProxyAgent({ uri: proxy, proxyTunnel: url.protocol === 'https:' });
    this.#dispatchers.push(dispatcher);
    return dispatcher;
  }
}

/** Downloads nothing: what is not in the cache is not to be had. */
export class OfflineFetcher extends BaseFetcher {
  override fetch(): Promise<never> {
    return Promise.reject(new Error('not in the cache'));
  }
}
