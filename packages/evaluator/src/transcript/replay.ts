import { HostCallError } from '../host/errors.ts';
import type { HostAnswerer, HostRequest } from '../host/request.ts';
import type { HostExchange } from './exchange.ts';

export interface Replay {
  readonly answer: HostAnswerer;
  /** The exchanges that nobody has asked for yet. */
  readonly leftovers: () => readonly HostExchange[];
}

/**
 * Answers from a transcript, first in, first out: the next exchange is used up even when the request is not the
 * recorded one, which is then an error.
 */
export function replayExchanges(exchanges: readonly HostExchange[]): Replay {
  let next = 0;
  return {
    leftovers: () => exchanges.slice(next),
    answer: (request) => {
      const exchange = exchanges[next];
      if (exchange === undefined) throw new HostCallError('the list of recorded responses is empty');
      next += 1;
      if (requestKey(exchange.request) !== requestKey(request)) {
        throw new HostCallError(
          'Replay error: unexpected request. ' +
            `Was expecting ${describe(exchange.request)}, got ${describe(request)} instead`,
        );
      }
      if (exchange.response.type === 'Error') throw new HostCallError(exchange.response.message);
      return exchange.response.payload;
    },
  };
}

/**
 * The same text for requests that mean the same: field masks are a set, annotations a map, and how much time has
 * passed since an instant cannot be the same twice.
 */
function requestKey(request: HostRequest): string {
  return JSON.stringify(request, (key, value: unknown) => {
    if (key === 'since') return undefined;
    if (key === 'field_masks' && Array.isArray(value))
      return [...new Set(value as string[])].toSorted(compareText);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => compareText(a, b)));
  });
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The request as it may stand in a transcript: `!DNSLookupHost {"host":"example.com"}`. */
function describe({ type, ...fields }: HostRequest): string {
  return `!${type} ${JSON.stringify(fields)}`;
}
