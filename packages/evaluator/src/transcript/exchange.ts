import type { HostRequest } from '../host/request.ts';

/** One request of a policy and what the host answered. */
export interface HostExchange {
  readonly request: HostRequest;
  readonly response:
    | { readonly type: 'Success'; readonly payload: Uint8Array }
    /** The message of the failure itself, without its causes. */
    | { readonly type: 'Error'; readonly message: string };
}

/** A transcript that cannot be read or written; the message says where. */
export class TranscriptError extends Error {
  override readonly name = 'TranscriptError';
}
