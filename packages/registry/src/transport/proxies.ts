import { BlockList, isIP } from 'node:net';
import { SourcesError } from '../errors.ts';

/** Proxies by the scheme of the URL that is asked for. */
export interface Proxies {
  readonly http?: string;
  readonly https?: string;
  /** Comma-separated hosts that are reached directly. */
  readonly bypass?: string;
}

/** The proxies that the environment names; the upper-case form of a variable wins. */
export function proxiesFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Proxies {
  const read = (name: string): string | undefined =>
    environment[name] || environment[name.toLowerCase()] || undefined;
  const http = read('HTTP_PROXY');
  const https = read('HTTPS_PROXY');
  const bypass = read('NO_PROXY');
  return { ...(http && { http }), ...(https && { https }), ...(bypass && { bypass }) };
}

/** The proxy through which `url` is to be asked for; `undefined` means directly. */
export function proxyFor(url: URL, proxies: Proxies): string | undefined {
  const proxy = url.protocol === 'https:' ? proxies.https : proxies.http;
  if (proxy === undefined || bypasses(url.hostname, proxies.bypass ?? '')) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/**
 * Refuses proxies that cannot be used, rather than to go without them.
 *
 * @throws SourcesError, which does not repeat the URL: it may hold a password
 */
export function checkProxies(proxies: Proxies): void {
  for (const scheme of ['http', 'https'] as const) {
    const proxy = proxyFor(new URL(`${scheme}://host.invalid/`), { ...proxies, bypass: '' });
    if (proxy === undefined) continue;
    const url = URL.parse(proxy);
    if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
      throw new SourcesError(`the proxy for ${scheme}:// addresses is no http:// or https:// URL`);
    }
  }
}

/**
 * The rules of reqwest, the original's HTTP library: an IP address or CIDR range, a name that stands for itself
 * and its subdomains (with or without a leading dot), or `*` for everything; ports play no part.
 */
function bypasses(hostname: string, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const family = isIP(host);
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      if (family !== 0) return containsAddress(entry, host, family);
      const name = entry.replace(/^\./, '');
      return host === name || host.endsWith(`.${name}`);
    });
}

function containsAddress(entry: string, address: string, family: number): boolean {
  const [network = '', prefix] = entry.replace(/^\[|\]$/g, '').split('/');
  if (isIP(network) !== family) return false;
  const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const range = new BlockList();
  range.addSubnet(network, bits, type);
  return range.check(address, type);
}
