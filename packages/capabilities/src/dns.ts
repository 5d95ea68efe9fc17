import { lookup as systemLookup } from 'node:dns/promises';
import { HostCallError } from '@kubewarden/evaluator';
import { jsonAnswer, type Capability } from './capability.ts';

/** Resolves a name to its addresses, in the order of the resolver. */
export type AddressLookup = (host: string) => Promise<readonly string[]>;

/**
 * `net/v1/dns_lookup_host`: `{"ips": […]}` as `getaddrinfo` gives them, so that the hosts file and search
 * domains count and addresses are echoed. Not cached: the resolver does that.
 */
export function createDnsLookup(lookup: AddressLookup = lookupAll): Capability<'DNSLookupHost'> {
  return async ({ host }) => {
    let ips: readonly string[];
    try {
      ips = await lookup(host);
    } catch (error) {
      throw new HostCallError(`failed to lookup address information: ${reason(error)}`);
    }
    if (ips.length === 0) throw new HostCallError(`failed to lookup address information: ${unknownName}`);
    return jsonAnswer({ ips });
  };
}

async function lookupAll(host: string): Promise<string[]> {
  // Node would answer with nothing and a warning.
  if (host === '') return [];
  const addresses = await systemLookup(host, { all: true, order: 'verbatim' });
  return addresses.map(({ address }) => address);
}

const unknownName = 'Name or service not known';

/** The texts of the C library, which the original passes on. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', unknownName],
  ['EAI_AGAIN', 'Temporary failure in name resolution'],
  ['EAI_FAIL', 'Non-recoverable failure in name resolution'],
  ['EAI_NODATA', 'No address associated with hostname'],
]);

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : reasons.get(code)) ?? error.message;
}
