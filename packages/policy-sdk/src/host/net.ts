import { callHostForObject } from './call.ts';

/**
 * The addresses of a host, as the resolver of the policy server finds them.
 *
 * @param host - a name, or an address, which is then the answer
 * @returns IPv4 and IPv6 addresses
 * @throws HostError also when the name cannot be resolved
 *
 * @example
 * ```ts
 * import { accept, definePolicy, reject } from '@kubewarden/policy-sdk';
 * import { lookupHost } from '@kubewarden/policy-sdk/host/net';
 *
 * export default definePolicy({
 *   validate: () =>
 *     lookupHost('registry.example.com').includes('192.0.2.1')
 *       ? accept()
 *       : reject({ message: 'the registry has moved' }),
 * });
 * ```
 */
export function lookupHost(host: string): string[] {
  const { ips } = callHostForObject('net', 'v1/dns_lookup_host', host, ({ ips }) => Array.isArray(ips));
  return ips as string[];
}
