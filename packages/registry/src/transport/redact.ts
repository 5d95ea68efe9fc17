const maximumLength = 500;

/** A URL for messages: without credentials and query, which may hold secrets, and no longer than 500 characters. */
export function redact(url: URL): string {
  return cut(`${url.protocol}//${url.host}${url.pathname}`);
}

/** What a server said, for messages: one line of bounded length that cannot drive a terminal. */
export function quote(text: string): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
  return cut(line);
}

function cut(text: string): string {
  return text.length > maximumLength ? `${text.slice(0, maximumLength)}…` : text;
}

/** Node's advice on certificates: what it names is done already. */
const advice = /; if the root CA is installed locally.*$/s;

/** Node reports some connection failures as an AggregateError whose own message is empty. */
export function explain(error: unknown): string {
  const { message, code, cause } = error as NodeJS.ErrnoException;
  if (message === '') return code ?? String(error);
  const whole = cause instanceof Error ? `${message}: ${cause.message}` : message;
  return whole.replace(advice, '');
}
