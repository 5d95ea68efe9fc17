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

/** Codes of OpenSSL for certificates whose issuer is not known. */
const unknownIssuers: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Node reports some connection failures as an AggregateError whose own message is empty. */
export function explain(error: unknown): string {
  const { message, code = '', cause, reason } = error as NodeJS.ErrnoException & { reason?: unknown };
  // The message of such an error has the state of OpenSSL in it, down to the line of its source.
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'the host does not speak TLS';
  if (code.startsWith('ERR_SSL_') && typeof reason === 'string') return `TLS failed: ${reason}`;
  if (message === '') return code || String(error);
  const whole = cause instanceof Error ? `${message}: ${cause.message}` : message;
  const shown = whole.replace(advice, '');
  return unknownIssuers.has(code)
    ? `${shown}; an authority that is not public is to be named in source_authorities of the sources file`
    : shown;
}
