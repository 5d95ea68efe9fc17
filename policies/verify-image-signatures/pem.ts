const block = /-----BEGIN ([^-]+)-----([^-]+)-----END ([^-]+)-----/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether a text holds a block of RFC 7468, as public keys and certificates are written. */
export function isPem(text: string): boolean {
  const [, begin, body = '', end] = block.exec(text) ?? [];
  return begin !== undefined && begin === end && base64.test(body.replaceAll(/\s/g, ''));
}
