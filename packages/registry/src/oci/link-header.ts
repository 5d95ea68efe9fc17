/**
 * The target of the link to the next page (RFC 8288); `undefined` if there is none.
 *
 * @param headers - the values of the `Link` headers
 */
export function nextPage(headers: readonly string[]): string | undefined {
  for (const header of headers) {
    for (const [, target, parameters = ''] of header.matchAll(/<([^<>]*)>([^<]*)/g)) {
      if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\s*(?:[;,]|$))/i.test(parameters))
        return target;
    }
  }
  return undefined;
}
