import { errorText } from '../host/errors.ts';
import type { HostAnswerer } from '../host/request.ts';
import type { HostExchange } from './exchange.ts';

export interface Recording {
  /** Answers as the recorded answerer does. */
  readonly answer: HostAnswerer;
  /** What has been answered so far, in that order; grows. */
  readonly exchanges: readonly HostExchange[];
}

/**
 * Records all that goes through an answerer. It stands behind the gate: what a policy is refused is neither
 * recorded nor replayed.
 */
export function recordExchanges(answer: HostAnswerer): Recording {
  const exchanges: HostExchange[] = [];
  return {
    exchanges,
    answer: (request, caller) => {
      const succeeded = (payload: Uint8Array): Uint8Array => {
        exchanges.push({ request, response: { type: 'Success', payload } });
        return payload;
      };
      const failed = (error: unknown): never => {
        exchanges.push({ request, response: { type: 'Error', message: errorText(error) } });
        throw error;
      };
      let answered: Uint8Array | Promise<Uint8Array>;
      try {
        answered = answer(request, caller);
      } catch (error) {
        return failed(error);
      }
      return answered instanceof Promise ? answered.then(succeeded, failed) : succeeded(answered);
    },
  };
}
