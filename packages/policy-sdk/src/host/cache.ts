import type { JsonObject } from '../request/shape.ts';
import { textOfBytes, toByteList, type BytesOrText } from './bytes.ts';
import { callHostForObject } from './call.ts';
import { HostError } from './error.ts';

/**
 * Keeps a value for later evaluations of this policy (RFC 0024). Other policies do not see it.
 *
 * @param value - bytes, or text, which is kept as UTF-8; an empty value cannot be told from an absent one
 * @param seconds - how long it is kept at most; a positive integer
 * @throws HostError if the host does not take it, for instance because it is too large
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { setCached } from '@kubewarden/policy-sdk/host/cache';
 *
 * export default definePolicy({
 *   validate({ userInfo }) {
 *     setCached('last-user', userInfo.username ?? '', 600);
 *     return accept();
 *   },
 * });
 * ```
 */
export function setCached(key: string, value: BytesOrText, seconds: number): void {
  call('set', { key, value: toByteList(value), ttl: seconds });
}

/**
 * A value that was kept before.
 *
 * @returns undefined if there is none, or its time is over
 * @throws HostError
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { getCached } from '@kubewarden/policy-sdk/host/cache';
 *
 * export default definePolicy({
 *   validate: () => accept({ warnings: [`${getCached('icon')?.length ?? 0} bytes are cached`] }),
 * });
 * ```
 */
export function getCached(key: string): Uint8Array | undefined {
  const { value } = call('get', { key });
  return Array.isArray(value) && value.length > 0 ? Uint8Array.from(value as number[]) : undefined;
}

/**
 * A text that was kept before.
 *
 * @returns undefined if there is none, or its time is over
 * @throws HostError
 * @throws URIError if the value is not UTF-8
 *
 * @example
 * ```ts
 * import { accept, definePolicy } from '@kubewarden/policy-sdk';
 * import { getCachedText, setCached } from '@kubewarden/policy-sdk/host/cache';
 * import { lookupHost } from '@kubewarden/policy-sdk/host/net';
 *
 * function registryAddress(): string {
 *   const known = getCachedText('registry');
 *   if (known !== undefined) return known;
 *   const [address = ''] = lookupHost('registry.example.com');
 *   setCached('registry', address, 60);
 *   return address;
 * }
 *
 * export default definePolicy({ validate: () => accept({ warnings: [registryAddress()] }) });
 * ```
 */
export function getCachedText(key: string): string | undefined {
  const bytes = getCached(key);
  return bytes === undefined ? undefined : textOfBytes(bytes);
}

/** The cache says in a code whether it did what it was told. */
function call(operation: 'get' | 'set', request: object): JsonObject {
  const answer = callHostForObject('cache', operation, request);
  if (answer['code'] !== 0) throw new HostError(String(answer['message']), `cache/${operation}`);
  return answer;
}
