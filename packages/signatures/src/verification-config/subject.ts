import { VerificationConfigError } from '../errors.ts';
import type { Subject } from './verification-config.ts';

/**
 * A subject that starts with this URL. Its path gets a trailing slash, so that `https://github.com/kubewarden` does
 * not stand for `https://github.com/kubewarden-hacker`.
 *
 * @throws VerificationConfigError when the text is no absolute URL with a host
 */
export function subjectWithPrefix(text: string): Subject {
  const url = URL.parse(text);
  if (url === null) {
    throw new VerificationConfigError(`relative URL without a base: ${JSON.stringify(text)}`);
  }
  if (url.host === '') throw new VerificationConfigError(`URL without a host: ${JSON.stringify(text)}`);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return { urlPrefix: url.href };
}
