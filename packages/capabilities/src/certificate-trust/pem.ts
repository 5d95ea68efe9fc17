const block = /-----BEGIN CERTIFICATE-----([\sA-Za-z0-9+/=]*)-----END CERTIFICATE-----/;

/** The DER of the first certificate in a PEM text (RFC 7468); undefined if there is none. */
export function derOfPem(text: string): Uint8Array | undefined {
  const found = block.exec(text);
  return found === null ? undefined : Buffer.from(found[1]!, 'base64');
}
