import type { ServerResponse } from 'node:http';

export interface AnswerOptions {
  /** The connection ends with this answer. */
  readonly close?: boolean;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes a complete answer at once. A client that is gone is no error. */
export function answer(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: Uint8Array,
  options: AnswerOptions = {},
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': String(body.byteLength),
    ...(options.close && { connection: 'close' }),
    ...options.headers,
  });
  response.end(body);
}

/** An error as the original puts it: `{"message": …, "status": …}`. */
export function answerError(
  response: ServerResponse,
  status: number,
  message: string,
  options?: AnswerOptions,
): void {
  answer(response, status, 'application/json', Buffer.from(JSON.stringify({ message, status })), options);
}
